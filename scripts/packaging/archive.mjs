// @ts-check
// A .tar.gz whose bytes follow from its files alone: names in order, one time, nobody's user.
import { gzipSync } from 'node:zlib';

const blockBytes = 512;
const maxNameBytes = 100;
const unknownSystem = 255;

/** @typedef {{ path: string, content: Buffer, isExecutable: boolean }} PackageFile */

/** @param {PackageFile[]} files @param {number} epoch  seconds */
export function formatArchive(files, epoch) {
  const sorted = [...files].sort((left, right) => (left.path < right.path ? -1 : 1));
  const blocks = sorted.flatMap((file) => [formatHeader(file, epoch), pad(file.content)]);
  const zipped = gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]), { level: 9 });
  // The system on which it was packed is a byte of its header.
  zipped[9] = unknownSystem;
  return zipped;
}

/** The header of ustar, pax(1). @param {PackageFile} file @param {number} epoch */
function formatHeader({ path, content, isExecutable }, epoch) {
  if (Buffer.byteLength(path) > maxNameBytes) throw new Error(`too long for an archive: ${path}`);
  const header = Buffer.alloc(blockBytes);
  header.write(path, 0);
  header.write(isExecutable ? '0000755\0' : '0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${epoch.toString(8).padStart(11, '0')}\0`, 136);
  header.fill(' ', 148, 156);
  header.write('0', 156);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** @param {Buffer} content */
function pad(content) {
  return Buffer.concat([content, Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)]);
}
