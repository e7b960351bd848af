import { findAgentOf } from '../protocol/agentPrograms.ts';
import type { NativeAddon } from '../system/nativeAddon.ts';
import type { StateFileWriter } from './stateFileWriter.ts';

/** How many programs are remembered; the one that was started first goes. */
const maxPrograms = 512;

/** How long a program that was looked at is not looked at again, in milliseconds. */
const lookedAtMs = 60_000;

/** What was changed within this time may be changed once more without another time of change, in seconds. */
const settlingSeconds = 2;

/** What programs are looked at with. */
export interface ProgramSettings {
  readonly file: Pick<StateFileWriter, 'know'>;
  readonly addon: Pick<NativeAddon, 'identifyProgram'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Looks into the programs that are started, so that the library need not do so at each start. */
export class Programs {
  readonly #settings: ProgramSettings;
  /** By path, when it was looked at, the first first. */
  readonly #lookedAt = new Map<string, number>();

  constructor(settings: ProgramSettings) {
    this.#settings = settings;
  }

  /** To be called for every program that is started, with its absolute path as far as it is known. */
  note(path: string): void {
    // Of an agent's program the library has to tell the child.
    if (!path.startsWith('/') || findAgentOf(path) !== null) return;
    const { file, addon, now } = this.#settings;
    const moment = now();
    const last = this.#lookedAt.get(path);
    if (last !== undefined && Math.abs(moment - last) < lookedAtMs) return;
    this.#remember(path, moment);
    const identity = addon.identifyProgram(path, Math.floor(moment / 1_000) - settlingSeconds);
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (identity !== null) file.know(Buffer.concat([identity, Buffer.from(name)]));
  }

  /** To be called when the table was emptied. */
  clear(): void {
    this.#lookedAt.clear();
  }

  #remember(path: string, moment: number): void {
    this.#lookedAt.delete(path);
    const [oldest] = this.#lookedAt.size < maxPrograms ? [] : this.#lookedAt.keys();
    if (oldest !== undefined) this.#lookedAt.delete(oldest);
    this.#lookedAt.set(path, moment);
  }
}
