import { readableText } from './byteText.ts';
import type { ByteText } from './byteText.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Standard base64 with padding, as RFC 4648 section 4 has it, read as text: valid UTF-8 stands as it is, every
 * other byte becomes U+00xx, as the library writes it. Null when it is no base64.
 */
export function decodeBase64Text(text: string): string | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const groups: ByteText[] = [];
  for (let offset = 0; offset < text.length; offset += 4) {
    const group = text.slice(offset, offset + 4).replaceAll('=', '');
    const bits = Array.from(group.padEnd(4, 'A')).reduce(
      (sum, digit) => sum * 64 + alphabet.indexOf(digit),
      0,
    );
    const bytes = [bits >> 16, (bits >> 8) & 0xff, bits & 0xff].slice(0, group.length - 1);
    groups.push(String.fromCharCode(...bytes));
  }
  return readableText(groups.join(''));
}
