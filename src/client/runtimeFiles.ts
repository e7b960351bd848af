import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';

/** One file of the runtime. */
export interface RuntimeFile {
  /** Path inside the bundle folder. */
  readonly path: string;
  readonly content: Buffer;
  readonly isExecutable: boolean;
}

/** What of a bundle folder belongs to the runtime; the extension's own bundle stays where it is. */
const runtimeEntries = ['cli.js', 'endpoint.js', 'upstream.js', 'package.json', 'policies', 'native'];

const runtimeSuffixes = ['.wasm'];

/** The most that a runtime may hold, in files; a folder with more is not one of ours. */
const maxRuntimeFiles = 256;

/** Reads the runtime out of a bundle folder, in the order of the paths. */
export function readRuntimeFiles(bundleFolder: string): Result<readonly RuntimeFile[], string> {
  try {
    const names = readdirSync(bundleFolder).filter(
      (name) => runtimeEntries.includes(name) || runtimeSuffixes.some((suffix) => name.endsWith(suffix)),
    );
    const paths = names.sort().flatMap((name) => filesAt(bundleFolder, name));
    if (!paths.includes('endpoint.js') || !paths.includes('cli.js')) {
      return failure(`the folder holds no endpoint.js and cli.js: ${bundleFolder}`);
    }
    if (paths.length > maxRuntimeFiles) return failure(`the folder holds too many files: ${bundleFolder}`);
    return success(paths.map((path) => readRuntimeFile(bundleFolder, path)));
  } catch (thrown) {
    return failure(`the runtime cannot be read: ${messageOf(thrown)}`);
  }
}

/** A short name for contents: equal for equal files, different for different ones. */
export function hashFiles(files: readonly RuntimeFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content, isExecutable } of files) {
    hash.update(`${path}\0${content.length}\0${String(isExecutable)}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

function filesAt(root: string, path: string): readonly string[] {
  const full = join(root, path);
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesAt(root, join(path, name)));
}

function readRuntimeFile(root: string, path: string): RuntimeFile {
  const full = join(root, path);
  return { path, content: readFileSync(full), isExecutable: (statSync(full).mode & 0o100) !== 0 };
}
