import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { AgentProgram } from '../protocol/agentPrograms.ts';
import type { Mode } from '../protocol/mode.ts';
import { formatStateHeader, parseStateHeader, stateHeaderBytes } from '../system/stateFile.ts';
import {
  dormantTable,
  hashProgram,
  hashSlots,
  hashVerdict,
  programTable,
  putAgentPrograms,
  putDormantSessions,
  stateFileBytes,
  verdictTable,
} from '../system/stateTables.ts';
import type { DormantSession, VerdictCondition, VerdictQuestion } from '../system/stateTables.ts';
import { HashTable } from './hashTable.ts';
import type { ChangedSlot } from './hashTable.ts';

/** How often the file is compared with what we wrote, in milliseconds. */
const verifyIntervalMs = 1_000;

/** What the writer needs of the world. */
export interface StateFileSettings {
  readonly file: string;
  readonly bootId: Uint8Array;
  /** `readBootMoment`: another one when the clock was set meanwhile. */
  readonly readBootMoment: () => number;
  /** A new table key: 16 random bytes. */
  readonly createKey: () => Uint8Array;
  readonly agentPrograms: readonly AgentProgram[];
  readonly logger: Logger;
  /** Whether the state directory is still ours; nothing is written to another's. */
  readonly isOurs: () => boolean;
  /** Called when the file was no longer what we wrote, after it was restored. */
  readonly onRestored: (reason: string) => void;
}

/**
 * Keeps the state file true: written in place at every change, compared every second and restored, so that
 * nobody else's mode, verdict or dormant session stands in it for longer.
 */
export class StateFileWriter implements Disposable {
  readonly #settings: StateFileSettings;
  readonly #timer: NodeJS.Timeout;
  /** The file as it has to be. */
  readonly #image = Buffer.alloc(stateFileBytes);
  /** The file as it was found at the last look: one buffer for all looks, because each of its own would be a case for the collector. */
  readonly #found = Buffer.alloc(stateFileBytes);
  readonly #verdicts = new HashTable(this.#image, verdictTable);
  readonly #programs = new HashTable(this.#image, programTable);
  /** The file as it was made or found; null until something is written, and when it may be another one. */
  #descriptor: number | null = null;
  #tableKey: Uint8Array;
  #generation: number | null = null;
  #mode: Mode = 'enforce';
  #bootMoment = 0;

  constructor(settings: StateFileSettings) {
    this.#settings = settings;
    this.#tableKey = settings.createKey();
    putAgentPrograms(this.#image, settings.agentPrograms);
    this.#timer = setInterval(() => this.verify(), verifyIntervalMs);
    this.#timer.unref();
  }

  /** The policy generation that an endpoint before us left in this boot; 0 when there is none. */
  static readGeneration(file: string, bootId: Uint8Array): number {
    const bytes = readBytes(file, Buffer.alloc(stateHeaderBytes));
    const header = bytes === null ? null : parseStateHeader(bytes, bootId);
    return header?.ok === true ? header.value.generation : 0;
  }

  /** Another generation than before empties the tables of verdicts and programs; then it gives back true. */
  write(mode: Mode, generation: number): boolean {
    // What is stricter now goes into the file that is looked at now.
    this.#close();
    const isFirst = this.#generation === null;
    const isChanged = generation !== this.#generation;
    if (!isFirst && isChanged) this.#emptyTables();
    this.#generation = generation;
    this.#mode = mode;
    this.#bootMoment = this.#settings.readBootMoment();
    // The header goes first: under its new key what still stands in the table says nothing.
    this.#putHeader(generation);
    if (isChanged) this.#put(stateHeaderBytes, stateFileBytes);
    return isChanged;
  }

  /** The verdict of a question under the key in force; null when the table cannot hold it. */
  hash(question: VerdictQuestion, condition: VerdictCondition): bigint | null {
    return hashVerdict(this.#tableKey, question, condition);
  }

  /** Puts a verdict into the table. In a full bucket it takes the place of the oldest, which is given back. */
  allow(hash: bigint): bigint | null {
    const changed = this.#verdicts.add(hash);
    this.#putSlot(changed);
    return changed === null || changed.before === 0n ? null : changed.before;
  }

  /** Takes a verdict out of the table. */
  forget(hash: bigint): void {
    this.#putSlot(this.#verdicts.remove(hash));
  }

  /** Puts a program, by what `identifyProgram` says of it and its name, into the table of those that need not be looked into. */
  know(identity: Uint8Array): void {
    this.#putSlot(this.#programs.add(hashProgram(this.#tableKey, identity)));
  }

  /** Says which sessions are dormant now. */
  setDormant(sessions: readonly DormantSession[]): void {
    putDormantSessions(this.#image, sessions);
    if (this.#generation !== null) this.#put(dormantTable.offset, stateFileBytes);
  }

  /** Compares now instead of at the next second. */
  verify(): void {
    if (this.#generation === null || !this.#settings.isOurs()) return;
    const found = readBytes(this.#settings.file, this.#found);
    if (found?.equals(this.#image) === true) {
      this.#followClock(this.#generation);
      return;
    }
    this.#close();
    this.#put(0, stateFileBytes);
    this.#settings.onRestored(found === null ? 'it was gone' : 'it was changed');
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#close();
  }

  /** The library looks up the boot id itself until the header has the boot's moment by the clock as it is set now. */
  #followClock(generation: number): void {
    const moment = this.#settings.readBootMoment();
    // The two clocks are not read at once, so a moment near the end of a unit is told as either.
    if (Math.abs(moment - this.#bootMoment) <= 1) return;
    this.#bootMoment = moment;
    this.#putHeader(generation);
  }

  #putHeader(generation: number): void {
    const header = {
      bootId: this.#settings.bootId,
      mode: this.#mode,
      bootMoment: this.#bootMoment,
      generation,
    };
    this.#image.set(formatStateHeader({ length: stateFileBytes, ...header, tableKey: this.#tableKey }));
    this.#put(0, stateHeaderBytes);
  }

  #close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  /** Says nothing under another's key, so the file that is open may have become another's meanwhile. */
  #putSlot(changed: ChangedSlot | null): void {
    if (changed !== null && (this.#descriptor !== null || this.#settings.isOurs()))
      this.#putOut(changed.offset, changed.offset + hashSlots.bytes);
  }

  #emptyTables(): void {
    this.#tableKey = this.#settings.createKey();
    this.#verdicts.clear();
    this.#programs.clear();
  }

  #put(from: number, to: number): void {
    if (this.#settings.isOurs()) this.#putOut(from, to);
  }

  #putOut(from: number, to: number): void {
    const { file, logger } = this.#settings;
    try {
      this.#descriptor ??= openFile(file);
      writeSync(this.#descriptor, this.#image, from, to - from, from);
    } catch (thrown) {
      logger.error(`the state file cannot be written: ${messageOf(thrown)}`);
    }
  }
}

/** In place, because a reader may have the file open; anew where something else stands in its place. */
function openFile(file: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return openSync(file, flags, 0o600);
  } catch {
    rmSync(file, { recursive: true, force: true });
    return openSync(file, flags, 0o600);
  }
}

/** The file's first bytes, read into `bytes`, fewer where it is short; null when it is not there. */
function readBytes(file: string, bytes: Buffer): Buffer | null {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!fstatSync(descriptor).isFile()) return null;
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
