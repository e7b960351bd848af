import { formatCommandText } from '../protocol/commandText.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';

/** A command as somebody typed it: shell text, or the words of one program. */
export type TypedCommand = { readonly text: string } | { readonly words: readonly [string, ...string[]] };

/** The command text of what was typed. */
export function textOfTyped(command: TypedCommand): string {
  if ('text' in command) return command.text;
  return formatCommandText({ door: 'execvp', path: command.words[0], argv: command.words });
}

/** The question that a typed command would make. */
export function createExecQuestion(command: TypedCommand, agent: string, cwd: string): ExecRequest {
  const isText = 'text' in command;
  return {
    id: null,
    agent,
    session: 'test',
    tool: 'exec',
    command: textOfTyped(command),
    path: isText ? null : command.words[0],
    enforce: false,
    argv: isText ? null : command.words,
    exe: null,
    cwd,
    pid: null,
    ppid: null,
    sid: null,
    door: isText ? 'system' : 'execvp',
    markers: [],
    guardable: true,
    truncated: false,
  };
}

/** One word is shell text; several are the words of a program. */
export function readTyped([first, ...rest]: readonly string[]): TypedCommand | null {
  if (first === undefined) return null;
  return rest.length === 0 ? { text: first } : { words: [first, ...rest] };
}
