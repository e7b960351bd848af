import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';

/** Where `npm run package -- --all` leaves what it makes. */
export const packagesFolder = join('build', 'packages');

/** One file of a package. */
export interface PackedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
  /** As the package tells it: a text that is the same for the same time. */
  readonly time: string;
}

/** The package's file whose name begins so; fails when there is none or more. */
export function findPackage(start: string, folder = packagesFolder): string {
  const found = readdirSync(folder).filter((name) => name.startsWith(start));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${start}: ${found.join(', ')} in ${folder}`);
  return join(folder, only);
}

const directoryEnd = 0x06054b50;
const entryHeaderBytes = 46;

/** The files of a zip, as its directory lists them. */
export function readZip(file: string): readonly PackedFile[] {
  const zip = readFileSync(file);
  let end = zip.length - 22;
  while (zip.readUInt32LE(end) !== directoryEnd) end--;
  const count = zip.readUInt16LE(end + 10);
  const files: PackedFile[] = [];
  for (let at = zip.readUInt32LE(end + 16); files.length < count;) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const body = zip.readUInt32LE(at + 42);
    const start = body + 30 + zip.readUInt16LE(body + 26) + zip.readUInt16LE(body + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    files.push({
      path: zip.toString('utf8', at + entryHeaderBytes, at + entryHeaderBytes + (nameBytes ?? 0)),
      content: zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed),
      mode: (zip.readUInt32LE(at + 38) >>> 16) & 0o777,
      time: zip.toString('hex', at + 12, at + 16),
    });
    at += entryHeaderBytes + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return files;
}

/** The files of a .tar.gz whose names are short, without the folder that they are all in. */
export function readArchive(file: string): readonly PackedFile[] {
  const tar = gunzipSync(readFileSync(file));
  const text = (from: number, bytes: number): string =>
    tar.toString('utf8', from, from + bytes).replace(/\0.*$/su, '');
  const files: PackedFile[] = [];
  for (let at = 0; text(at, 100) !== '';) {
    const bytes = Number.parseInt(text(at + 124, 12), 8);
    files.push({
      path: text(at, 100).replace(/^[^/]+\//u, ''),
      content: tar.subarray(at + 512, at + 512 + bytes),
      mode: Number.parseInt(text(at + 100, 8), 8),
      time: text(at + 136, 12),
    });
    at += 512 + Math.ceil(bytes / 512) * 512;
  }
  return files;
}

/** Reads any of the packages. */
export function readPackage(file: string): readonly PackedFile[] {
  return file.endsWith('.vsix') ? readZip(file) : readArchive(file);
}

/** The size of a package, in bytes. */
export function sizeOf(file: string): number {
  return statSync(file).size;
}
