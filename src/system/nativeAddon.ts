import { join } from 'node:path';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';

/** Who stands at the other end of a Unix socket, as the kernel noted it when the connection was made. */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** A Unix socket that listens. */
export interface NativeListener {
  /** Lets nobody in any more; what was let in stays open, and so does the socket's file. */
  close(): void;
  /** Keeps the process alive no longer. */
  unref(): void;
}

/** A text for the system, which must hold no NUL. */
export type NativeText = string | Buffer;

/** What Node cannot do by itself. Each function throws an Error with a `code` when the system refuses. */
export interface NativeAddon {
  /** The peer of a connected Unix socket. */
  peerCredentials(descriptor: number): PeerCredentials;
  /** Takes `flock(LOCK_EX|LOCK_NB)`; false when another process holds it. Held until the descriptor is closed. */
  lockFile(descriptor: number): boolean;
  /** Makes a FIFO with mode 0600. */
  makeFifo(path: string): void;
  /** A path without links; null where nothing stands. Quicker than Node, which throws an error for that. */
  realPath(path: string): string | null;
  /**
   * Replaces this process; returns only by throwing. A Buffer can say what is not UTF-8. The program ignores the
   * signals of a set, if one is given, that is written as `SigIgn` of `/proc/PID/status`: hexadecimal, lower case.
   */
  execve(
    path: NativeText,
    argv: readonly NativeText[],
    environment: readonly NativeText[],
    ignored?: string,
  ): never;
  /** Wipes what stands in variables of our own environment, and keeps others of our user from looking into this process. */
  concealSecrets(names: readonly string[]): void;
  /**
   * Listens on a Unix socket, and calls for each connection with its descriptor, which belongs to who is called, and
   * how many bytes of what its client has sent stand in `bytes` until the call returns. Null where the program that we
   * run in keeps its event loop to itself.
   */
  listenAt(
    path: NativeText,
    backlog: number,
    bytes: Buffer,
    take: (descriptor: number, length: number) => void,
  ): NativeListener | null;
  /** Sends a text on a connection, as many bytes as can be sent at once, and closes it when that was all; how many. */
  sendLast(descriptor: number, text: string): number;
  /**
   * What the state file knows a program by, as it is now: 32 bytes, docs/protocol.md, section 2. Null of what is no
   * program into which the library is loaded, of one with a sanitizer's runtime, of one that not everyone may run or that
   * does not run as its caller, and of one that was changed in or after the second `before` (since 1970).
   */
  identifyProgram(path: string, before: number): Buffer | null;
}

/** Where a bundle's native parts for a platform stand. */
export function nativeFolder(bundleFolder: string): string {
  return join(bundleFolder, 'native', `${process.platform}-${process.arch}`);
}

/**
 * Loads `native/<platform>-<arch>/rampart.node` beside the running bundle.
 * A failure says why it is not there or not ours; what is then impossible is for the caller to say.
 */
export function loadNativeAddon(bundleFolder: string): Result<NativeAddon, string> {
  const file = join(nativeFolder(bundleFolder), 'rampart.node');
  // Not require(): this room is bundled into an ES module and into a CommonJS one.
  const loaded: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(loaded, file);
  } catch (thrown) {
    return failure(`the native addon cannot be loaded: ${messageOf(thrown)}`);
  }
  return isNativeAddon(loaded.exports)
    ? success(loaded.exports)
    : failure(`the native addon lacks a function: ${file}`);
}

function isNativeAddon(exported: unknown): exported is NativeAddon {
  if (typeof exported !== 'object' || exported === null) return false;
  const members: Readonly<Record<string, unknown>> = { ...exported };
  const names = [
    'peerCredentials',
    'lockFile',
    'makeFifo',
    'realPath',
    'execve',
    'concealSecrets',
    'listenAt',
    'sendLast',
    'identifyProgram',
  ];
  return names.every((name) => typeof members[name] === 'function');
}
