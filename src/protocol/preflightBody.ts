import { formatBase64, isUtf8, utf8Length } from './byteText.ts';
import type { ByteText } from './byteText.ts';

/** A question as the asking side has it: the texts are bytes. docs/protocol.md, section 3. */
export interface PreflightQuestion {
  readonly agent: ByteText;
  readonly session: ByteText;
  /** The command text. */
  readonly command: ByteText;
  readonly enforce: boolean;
  /** 32 lower-case hex digits. */
  readonly id: string;
  readonly argv: readonly ByteText[];
  readonly exe: ByteText;
  /** null when it cannot be read. */
  readonly cwd: ByteText | null;
  readonly pid: number;
  readonly ppid: number;
  readonly sid: number;
  readonly door: string;
  readonly markers: readonly string[];
  readonly guardable: boolean;
  readonly truncated: boolean;
}

/** The body of a question, byte for byte as the library writes it. */
export function formatPreflightBody(question: PreflightQuestion): ByteText {
  const argvIsText = question.argv.every(isUtf8);
  const members = [
    member('agent', quote(question.agent)),
    member('session', quote(question.session)),
    member('params', `{${member('command', quote(question.command))}}`),
    member('enforce', String(question.enforce)),
    ...encoded('command_b64', question.command),
    member('id', quote(question.id)),
    member('argv', list(question.argv.map(quote))),
    ...(argvIsText ? [] : [member('argv_b64', list(question.argv.map((word) => quote(formatBase64(word)))))]),
    member('exe', quote(question.exe)),
    ...encoded('exe_b64', question.exe),
    ...(question.cwd === null
      ? []
      : [member('cwd', quote(question.cwd)), ...encoded('cwd_b64', question.cwd)]),
    member('pid', String(question.pid)),
    member('ppid', String(question.ppid)),
    member('sid', String(question.sid)),
    member('door', quote(question.door)),
    member('markers', list(question.markers.map(quote))),
    member('guardable', String(question.guardable)),
    member('truncated', String(question.truncated)),
  ];
  return `{${members.join(',')}}`;
}

function member(name: string, value: string): string {
  return `"${name}":${value}`;
}

function list(values: readonly string[]): string {
  return `[${values.join(',')}]`;
}

function encoded(name: string, bytes: ByteText): readonly string[] {
  return isUtf8(bytes) ? [] : [member(name, quote(formatBase64(bytes)))];
}

function quote(bytes: ByteText): string {
  let text = '"';
  for (let index = 0; index < bytes.length;) {
    const length = utf8Length(bytes, index);
    const character = bytes.slice(index, index + Math.max(length, 1));
    text += length === 0 ? escape(character) : quoteCharacter(character);
    index += character.length;
  }
  return `${text}"`;
}

function quoteCharacter(character: ByteText): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return character < ' ' || character === '\x7f' ? escape(character) : character;
}

function escape(byte: ByteText): string {
  return `\\u${byte.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
