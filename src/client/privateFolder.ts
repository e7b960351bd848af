import { chmodSync, lstatSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { makeFolders } from '../system/makeFolders.ts';
import type { RuntimeFile } from './runtimeFiles.ts';

/**
 * A folder that only we may write; made when it is missing. A failure says why it is not to be trusted.
 */
export function createPrivateFolder(folder: string): Result<null, string> {
  try {
    makeFolders(folder, 0o755);
    const entry = lstatSync(folder);
    if (!entry.isDirectory()) return failure(`not a folder: ${folder}`);
    if (entry.uid !== (process.geteuid?.() ?? entry.uid)) {
      return failure(`the folder belongs to user ${entry.uid}: ${folder}`);
    }
    if ((entry.mode & 0o022) === 0) return success(null);
    // A lenient umask made it so; it is ours.
    chmodSync(folder, entry.mode & 0o755);
    return success(null);
  } catch (thrown) {
    return failure(`the folder cannot be made: ${messageOf(thrown)}`);
  }
}

/** Writes files to a new folder that appears complete or not at all; one that is there is left as it is. */
export function writeFolderOnce(folder: string, files: readonly RuntimeFile[]): Result<null, string> {
  if (isPresent(folder)) return success(null);
  const draft = `${folder}.${process.pid}.new`;
  try {
    for (const { path, content, isExecutable } of files) {
      const target = join(draft, path);
      makeFolders(dirname(target), 0o755);
      writeFileSync(target, content, { mode: isExecutable ? 0o755 : 0o644 });
    }
    renameSync(draft, folder);
  } catch (thrown) {
    rmSync(draft, { recursive: true, force: true });
    // Another installer was faster.
    if (!isPresent(folder)) return failure(`cannot be written: ${messageOf(thrown)}`);
  }
  return success(null);
}

/** Puts a symbolic link or a file in place at once: whoever looks sees the old one or the new one. */
export function replaceAtomically(target: string, create: (draft: string) => void): Result<null, string> {
  const draft = `${target}.${process.pid}.new`;
  try {
    rmSync(draft, { force: true });
    create(draft);
    renameSync(draft, target);
    return success(null);
  } catch (thrown) {
    rmSync(draft, { force: true });
    return failure(`cannot be written: ${messageOf(thrown)}`);
  }
}

/** Makes `link` point to `target`, which may be relative to the link's folder. */
export function linkAtomically(link: string, target: string): Result<null, string> {
  return replaceAtomically(link, (draft) => symlinkSync(target, draft));
}

function isPresent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
