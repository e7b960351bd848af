import { utf8Length } from './byteText.ts';
import type { ByteText } from './byteText.ts';

/** The longest refusal line, with its newline, in bytes: a pipe takes that much at once. */
export const maxRefusalBytes = 512;

/** The longest command text in a refusal line, in bytes. */
export const maxRefusedCommandBytes = 160;

/** The notice when an answer could not be used. */
export const unreadableNotice = ": the policy endpoint's answer could not be read; run `rampart doctor`";

/** The notice when the endpoint, or its place, belongs to another user. */
export const foreignNotice = ": RAMPART_URL leads to another user's endpoint; open a terminal of your own";

/** The notice when nobody answered about more text than a question carries. */
export const tooLongNotice = ': nobody answers about more than 1 MiB; start `rampart serve`';

/** `…` as bytes. */
const ellipsis: ByteText = '\xe2\x80\xa6';

/**
 * The line that explains a refusal, with its newline; docs/protocol.md, section 4.
 * A notice that starts with a colon follows the command at once; an empty one says nothing.
 */
export function formatRefusalLine(command: ByteText, notice: ByteText): ByteText {
  const space = notice === '' || notice.startsWith(':') ? '' : ' ';
  const head = `rampart: denied \`${cut(makeHarmless(command), maxRefusedCommandBytes)}\`${space}`;
  return `${head}${cut(makeHarmless(notice), maxRefusalBytes - head.length - 1)}\n`;
}

/** What a terminal would obey (C0, DEL, C1), and bytes that are no UTF-8, stand as `?`. */
function makeHarmless(bytes: ByteText): ByteText {
  let text = '';
  for (let index = 0; index < bytes.length;) {
    const length = utf8Length(bytes, index);
    const character = bytes.slice(index, index + Math.max(length, 1));
    text += length === 0 || isControl(character) ? '?' : character;
    index += character.length;
  }
  return text;
}

function isControl(character: ByteText): boolean {
  return /^(?:[\x00-\x1f\x7f]|\xc2[\x80-\x9f])$/.test(character);
}

/** At most `bytes` bytes, with `…` at the end when something was left out; no character is cut in two. */
function cut(text: ByteText, bytes: number): ByteText {
  if (text.length <= bytes) return text;
  let end = 0;
  for (let next = end; next <= bytes - ellipsis.length; next += Math.max(utf8Length(text, next), 1))
    end = next;
  return `${text.slice(0, end)}${ellipsis}`;
}
