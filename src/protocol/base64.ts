const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Standard base64 with padding, as RFC 4648 section 4 has it, read as text: valid UTF-8 stands as it is, every
 * other byte becomes U+00xx, as the library writes it. Null when it is no base64.
 */
export function decodeBase64Text(text: string): string | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const characters: string[] = [];
  for (let offset = 0; offset < text.length; offset += 4) {
    const group = text.slice(offset, offset + 4).replaceAll('=', '');
    const bits = Array.from(group.padEnd(4, 'A')).reduce(
      (sum, digit) => sum * 64 + alphabet.indexOf(digit),
      0,
    );
    const bytes = [bits >> 16, (bits >> 8) & 0xff, bits & 0xff].slice(0, group.length - 1);
    characters.push(String.fromCharCode(...bytes));
  }
  return characters.join('').replace(utf8Sequence, (sequence) => String.fromCodePoint(codePointOf(sequence)));
}

/** The well-formed sequences of more than one byte, one character a byte: The Unicode Standard, table 3-7. */
const utf8Sequence = new RegExp(
  [
    '[\\xc2-\\xdf][\\x80-\\xbf]',
    '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
    '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
    '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
    '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
    '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
    '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
  ].join('|'),
  'g',
);

function codePointOf(sequence: string): number {
  const lead = sequence.charCodeAt(0) & (0x7f >> sequence.length);
  return Array.from(sequence.slice(1)).reduce((sum, byte) => (sum << 6) | (byte.charCodeAt(0) & 0x3f), lead);
}
