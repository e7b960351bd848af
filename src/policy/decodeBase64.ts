const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The ASCII text that a base64 text stands for; null when it is none, or stands for something else than printable ASCII. */
export function decodeBase64(encoded: string): string | null {
  const plain = encoded.replaceAll(/\s/g, '').replace(/=+$/, '');
  let decoded = '';
  let bits = 0;
  let count = 0;
  for (const character of plain) {
    const value = alphabet.indexOf(character);
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += String.fromCharCode((bits >> count) & 0xff);
  }
  return /^[\t\n\r\x20-\x7e]*$/.test(decoded) ? decoded : null;
}
