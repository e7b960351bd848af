/** Where the next magic begins, whole or cut off by the end of the bytes; the end when there is none. */
export function findMagic(bytes: Buffer, magic: Buffer, from: number): number {
  const found = bytes.indexOf(magic, from);
  if (found !== -1) return found;
  for (let length = Math.min(magic.length - 1, bytes.length - from); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(magic.subarray(0, length))) return bytes.length - length;
  }
  return bytes.length;
}
