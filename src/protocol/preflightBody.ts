import { formatBase64, isUtf8, utf8Length } from './byteText.ts';
import type { ByteText } from './byteText.ts';
import { formatCommandText } from './commandText.ts';

/** A question as the asking side has it; every text is bytes. docs/protocol.md, section 3. */
export interface PreflightQuestion {
  readonly agent: ByteText;
  readonly session: ByteText;
  readonly enforce: boolean;
  /** 32 lower-case hex digits. */
  readonly id: string;
  /** The path or name given to the call. */
  readonly path: ByteText;
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
}

/** How many bytes of the command text, and how many of the arguments, a question carries. */
export const maxQuestionTextBytes = 1_048_576;

/** The body of a question, byte for byte as the library writes it. What is too long is cut, and said to be. */
export function formatPreflightBody(question: PreflightQuestion): ByteText {
  const whole = formatCommandText(question);
  const command = whole.slice(0, maxQuestionTextBytes);
  const argv = cutArguments(question.argv);
  const truncated = isCutInQuestion(question);
  const members = [
    member('agent', quote(question.agent)),
    member('session', quote(question.session)),
    member('params', `{${member('command', quote(command))}}`),
    member('enforce', String(question.enforce)),
    ...encoded('command_b64', command),
    member('id', quote(question.id)),
    member('argv', list(argv.words.map(quote))),
    ...encodedList('argv_b64', argv.words),
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
    member('truncated', String(truncated)),
  ];
  return `{${members.join(',')}}`;
}

/** Whether a question about this says only the beginning. */
export function isCutInQuestion(question: Pick<PreflightQuestion, 'door' | 'path' | 'argv'>): boolean {
  return formatCommandText(question).length > maxQuestionTextBytes || cutArguments(question.argv).truncated;
}

interface CutArguments {
  readonly words: readonly ByteText[];
  readonly truncated: boolean;
}

/** The arguments with their NULs, up to the bound; the one that crosses it is cut. */
function cutArguments(argv: readonly ByteText[]): CutArguments {
  let left = maxQuestionTextBytes;
  for (const [index, word] of argv.entries()) {
    if (word.length + 1 > left)
      return { words: [...argv.slice(0, index), word.slice(0, left)], truncated: true };
    left -= word.length + 1;
  }
  return { words: argv, truncated: false };
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

function encodedList(name: string, words: readonly ByteText[]): readonly string[] {
  if (words.every(isUtf8)) return [];
  return [member(name, list(words.map((word) => quote(formatBase64(word)))))];
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
