import { closeSync, fstatSync, ftruncateSync, lstatSync, readFileSync, writeSync } from 'node:fs';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { NativeAddon } from '../system/nativeAddon.ts';
import { openOwnFile } from '../system/ownFile.ts';

/** Why the state directory is not ours. */
export type LockFailure =
  | {
      readonly kind: 'owned';
      /** The owner's pid; null when it has not written it yet. */ readonly pid: number | null;
    }
  | { readonly kind: 'broken'; readonly reason: string };

/** A state directory that is ours. Disposing gives it back. */
export interface EndpointLock extends Disposable {
  /** False once the directory was deleted or replaced: then it may have another owner. */
  isInPlace(): boolean;
}

/**
 * Takes the state directory for this process. The kernel frees it when the process ends, however it ends.
 */
export function acquireLock(
  file: string,
  lockFile: NativeAddon['lockFile'],
  pid: number,
): Result<EndpointLock, LockFailure> {
  let descriptor: number;
  try {
    descriptor = openOwnFile(file, 'append');
  } catch (thrown) {
    return failure({ kind: 'broken', reason: `the lock cannot be opened: ${messageOf(thrown)}` });
  }
  try {
    if (lockFile(descriptor)) {
      ftruncateSync(descriptor);
      writeSync(descriptor, `${pid}\n`);
      const own = fstatSync(descriptor);
      return success({
        isInPlace: () => isSameFile(own, file),
        dispose: () => closeSync(descriptor),
      });
    }
    const owner = Number.parseInt(readFileSync(descriptor, 'latin1'), 10);
    closeSync(descriptor);
    return failure({ kind: 'owned', pid: Number.isSafeInteger(owner) ? owner : null });
  } catch (thrown) {
    closeSync(descriptor);
    return failure({ kind: 'broken', reason: `the lock cannot be taken: ${messageOf(thrown)}` });
  }
}

/** Whether the file that a status was read from still stands at a path. */
export function isSameFile(
  status: { readonly ino: number; readonly dev: number } | null,
  path: string,
): boolean {
  try {
    const found = lstatSync(path);
    return status !== null && found.ino === status.ino && found.dev === status.dev;
  } catch {
    return false;
  }
}
