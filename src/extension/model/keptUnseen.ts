import type * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { Background } from '../adapters/background.ts';
import { createRepaint } from '../views/repaint.ts';
import type { WindowStatus } from './windowStatus.ts';

const key = 'rampart.unseenDenials';

/** What keeping the count takes. */
export interface KeptUnseenParts {
  readonly status: Pick<WindowStatus, 'current' | 'update' | 'onDidChange'>;
  /** Where the user's own data about this workspace are kept. */
  readonly memento: Pick<vscode.Memento, 'get' | 'update'>;
  readonly background: Background;
}

/** Counts on from the denials that nobody had looked at when the window was closed, and keeps how many they are. */
export function keepUnseenDenials({ status, memento, background }: KeptUnseenParts): Disposable {
  const owned = new DisposableList();
  const kept: unknown = memento.get(key);
  let written = typeof kept === 'number' && Number.isSafeInteger(kept) && kept > 0 ? kept : 0;
  if (written > 0) status.update({ unseenDenials: written });
  // A flood of denials is written down once in a while, not one by one.
  const write = owned.add(
    createRepaint(() => {
      const { unseenDenials } = status.current;
      if (unseenDenials === written) return;
      written = unseenDenials;
      background.run('keeping how many denials are unseen', async () => {
        await memento.update(key, unseenDenials === 0 ? undefined : unseenDenials);
      });
    }),
  );
  owned.add(status.onDidChange(() => write.request()));
  return owned;
}
