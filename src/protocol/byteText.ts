/**
 * Bytes as text, one character from U+0000 to U+00FF for each: what the system hands out (arguments, paths)
 * need not be UTF-8, and rooms without Node have no buffers. Node reads and writes it as `latin1`.
 */
export type ByteText = string;

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Well-formed UTF-8 sequences after RFC 3629, section 4, of two bytes and more. */
const multibyte =
  /^(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})/;

/** How many bytes at `index` make one well-formed UTF-8 character; 0 when none do. */
export function utf8Length(bytes: ByteText, index: number): number {
  if (bytes.charCodeAt(index) < 0x80) return 1;
  return multibyte.exec(bytes.slice(index, index + 4))?.[0].length ?? 0;
}

/** Whether the bytes are UTF-8 throughout. */
export function isUtf8(bytes: ByteText): boolean {
  if (/^[\x00-\x7f]*$/.test(bytes)) return true;
  let index = 0;
  while (index < bytes.length) {
    const length = utf8Length(bytes, index);
    if (length === 0) return false;
    index += length;
  }
  return true;
}

/** The bytes for a reader: well-formed UTF-8 as its characters, every other byte as U+00xx. */
export function readableText(bytes: ByteText): string {
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  const parts: string[] = [];
  for (let index = 0; index < bytes.length;) {
    const length = Math.max(utf8Length(bytes, index), 1);
    const sequence = bytes.slice(index, index + length);
    parts.push(length === 1 ? sequence : String.fromCodePoint(codePointOf(sequence)));
    index += length;
  }
  return parts.join('');
}

function codePointOf(sequence: ByteText): number {
  const lead = sequence.charCodeAt(0) & (0x7f >> sequence.length);
  return Array.from(sequence.slice(1)).reduce((sum, byte) => (sum << 6) | (byte.charCodeAt(0) & 0x3f), lead);
}

/** Standard base64 with padding; RFC 4648, section 4. */
export function formatBase64(bytes: ByteText): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second = 0, third = 0] = Array.from(bytes.slice(index, index + 3), (byte) =>
      byte.charCodeAt(0),
    );
    const group = (first << 16) | (second << 8) | third;
    const digits = [18, 12, 6, 0].map((shift) => base64Digits.charAt((group >> shift) & 63)).join('');
    const kept = Math.min(bytes.length - index, 3) + 1;
    text += digits.slice(0, kept).padEnd(4, '=');
  }
  return text;
}
