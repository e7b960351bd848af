import type { Action } from '../protocol/decision.ts';
import type { CommandContext } from './command.ts';

/** What a text is shown as, where that can be shown. */
export interface Palette {
  action(action: Action, text: string): string;
  strong(text: string): string;
  quiet(text: string): string;
}

/** ECMA-48, "Select Graphic Rendition". */
const codes = { red: '31', green: '32', yellow: '33', bold: '1', faint: '2' } as const;

const actionCodes: Readonly<Record<Action, string>> = {
  allow: codes.green,
  watch: codes.green,
  ask: codes.yellow,
  deny: codes.red,
  webhook: codes.red,
};

/** Colours for a person's terminal; elsewhere, and where `NO_COLOR` says so (no-color.org), texts as they are. */
export function createPalette({
  output,
  environment,
}: Pick<CommandContext, 'output' | 'environment'>): Palette {
  const isPlain = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  const paint = (code: string, text: string): string =>
    output.isOutTerminal && !isPlain ? `\x1b[${code}m${text}\x1b[0m` : text;
  return {
    action: (action, text) => paint(actionCodes[action], text),
    strong: (text) => paint(codes.bold, text),
    quiet: (text) => paint(codes.faint, text),
  };
}
