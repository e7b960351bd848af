import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { Mode } from '../protocol/mode.ts';
import { formatStateHeader, parseStateHeader, stateHeaderBytes } from '../system/stateFile.ts';

/** How often the file is compared with what we wrote, in milliseconds. */
const verifyIntervalMs = 1_000;

/** What the writer needs of the world. */
export interface StateFileSettings {
  readonly file: string;
  readonly bootId: Uint8Array;
  /** 16 random bytes, drawn at this start. */
  readonly tableKey: Uint8Array;
  readonly logger: Logger;
  /** Whether the state directory is still ours; nothing is written to another's. */
  readonly isOurs: () => boolean;
  /** Called when the file was no longer what we wrote, after it was restored. */
  readonly onRestored: (reason: string) => void;
}

/**
 * Keeps the state file true: written in place at every change, compared every second and restored, so that
 * nobody else's mode stands in it for longer.
 */
export class StateFileWriter implements Disposable {
  readonly #settings: StateFileSettings;
  readonly #timer: NodeJS.Timeout;
  #header: Buffer | null = null;

  constructor(settings: StateFileSettings) {
    this.#settings = settings;
    this.#timer = setInterval(() => this.verify(), verifyIntervalMs);
    this.#timer.unref();
  }

  /** The policy generation that an endpoint before us left in this boot; 0 when there is none. */
  static readGeneration(file: string, bootId: Uint8Array): number {
    const bytes = readHeader(file);
    const header = bytes === null ? null : parseStateHeader(bytes, bootId);
    return header?.ok === true ? header.value.generation : 0;
  }

  write(mode: Mode, generation: number): void {
    const { bootId, tableKey } = this.#settings;
    this.#header = formatStateHeader({ length: stateHeaderBytes, bootId, mode, generation, tableKey });
    this.#put(this.#header);
  }

  /** Compares now instead of at the next second. */
  verify(): void {
    if (this.#header === null || !this.#settings.isOurs()) return;
    const found = readHeader(this.#settings.file);
    if (found?.equals(this.#header) === true) return;
    this.#put(this.#header);
    this.#settings.onRestored(found === null ? 'it was gone' : 'it was changed');
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #put(header: Buffer): void {
    const { file, logger, isOurs } = this.#settings;
    if (!isOurs()) return;
    try {
      putHeader(file, header);
    } catch (thrown) {
      logger.error(`the state file cannot be written: ${messageOf(thrown)}`);
    }
  }
}

/** In place, because a reader may have the file open; anew where something else stands in its place. */
function putHeader(file: string, header: Buffer): void {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let descriptor: number;
  try {
    descriptor = openSync(file, flags, 0o600);
  } catch {
    rmSync(file, { recursive: true, force: true });
    descriptor = openSync(file, flags, 0o600);
  }
  try {
    writeSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
}

function readHeader(file: string): Buffer | null {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!fstatSync(descriptor).isFile()) return null;
      const bytes = Buffer.alloc(stateHeaderBytes);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
