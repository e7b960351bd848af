import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import { findRefusals, refusalTooltip } from '../../presentation/refusalLink.ts';
import type { DeniedPanel } from '../views/deniedPanel.ts';

class RefusalLink extends vscode.TerminalLink {
  /** The first digits of the record's id. */
  readonly id: string;

  constructor(startIndex: number, length: number, id: string) {
    super(startIndex, length, refusalTooltip);
    this.id = id;
  }
}

/** Makes a link of every refusal in a terminal: it leads to the decision. */
export function registerRefusalLinks(panel: DeniedPanel): Disposable {
  return vscode.window.registerTerminalLinkProvider({
    provideTerminalLinks: ({ line }) =>
      findRefusals(line).map(({ start, length, id }) => new RefusalLink(start, length, id)),
    handleTerminalLink: ({ id }: RefusalLink) => panel.show(id),
  });
}
