import { readableText } from './byteText.ts';
import type { ByteText } from './byteText.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Standard base64 with padding, as RFC 4648 section 4 has it, read as text: valid UTF-8 stands as it is, every
 * other byte becomes U+00xx, as the library writes it. Null when it is no base64.
 */
export function decodeBase64Text(text: string): string | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const digits = text.replace(/=+$/, '');
  const pieces: ByteText[] = [];
  for (let offset = 0; offset < digits.length; offset += pieceLength)
    pieces.push(bytesOf(digits.slice(offset, offset + pieceLength)));
  return readableText(pieces.join(''));
}

/** How many digits are put together at once; a multiple of four, which make whole bytes. */
const pieceLength = 4_096;

function bytesOf(digits: string): ByteText {
  const bytes: number[] = [];
  let bits = 0;
  for (let index = 0; index < digits.length; index += 1) {
    bits = ((bits << 6) | (values[digits.charCodeAt(index)] ?? 0)) & 0xffff;
    // A digit has 6 bits: the first of four completes no byte.
    if (index % 4 !== 0) bytes.push((bits >> (6 - 2 * (index % 4))) & 0xff);
  }
  return String.fromCharCode(...bytes);
}

/** By the code of a digit. */
const values = new Uint8Array(128);
Array.from(alphabet).forEach((digit, value) => (values[digit.charCodeAt(0)] = value));
