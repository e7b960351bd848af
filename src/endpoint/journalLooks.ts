import { utimesSync, watch } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';

/** How often the journal is looked for while somebody is at work, in milliseconds. */
export const workIntervalMs = 100;

/** How often while nobody is, in milliseconds: what the watch misses is found then. */
export const restIntervalMs = 1_000;

/** After how many looks in vain nobody is at work any more. */
export const maxVainLooks = 10;

/** How many looks later another watch is tried, where one could not be had or told nothing. */
export const looksUntilRetry = 600;

/** Begins to tell of every change in a folder, by the name of what changed; throws where it cannot. */
export type WatchFolder = (
  folder: string,
  onChange: (name: string | null) => void,
  onError: (error: Error) => void,
) => Disposable;

/** When the journal is looked for, and how. */
export interface JournalLooksSettings {
  /** The state directory. */
  readonly directory: string;
  /** A file in it of which nobody minds when it was changed. */
  readonly probe: string;
  /** Null where folders cannot be watched. */
  readonly watch: WatchFolder | null;
  readonly logger: Logger;
  /** Takes what is in the journal; tells whether somebody is at work. */
  readonly look: () => boolean;
}

/**
 * Looks for the journal ten times a second while somebody is at work. Then a watch over the state directory takes over, and
 * its first word ends it: a watch that goes on would tell of every record. A watch is believed when it has told of a change
 * that we made ourselves: there are file systems where it tells nothing, and the user may have no watch left.
 */
export class JournalLooks implements Disposable {
  readonly #settings: JournalLooksSettings;
  #timer: NodeJS.Timeout | null = null;
  #watch: Disposable | null = null;
  #isAtRest = false;
  /** Looks in vain, one after another. */
  #vain = 0;
  /** As many of them have to be until the next watch. */
  #patience = maxVainLooks;
  #isDoubted = false;

  constructor(settings: JournalLooksSettings) {
    this.#settings = settings;
    this.#lookEvery(workIntervalMs);
  }

  dispose(): void {
    this.#endWatch();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #lookEvery(intervalMs: number): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(), intervalMs);
    this.#timer.unref();
  }

  #look(): void {
    if (this.#settings.look()) this.#work();
    else if (!this.#isAtRest) this.#countVainLook();
  }

  #countVainLook(): void {
    this.#vain += 1;
    const isOverdue = this.#vain >= this.#patience + maxVainLooks;
    if (this.#watch !== null && isOverdue) this.#doubt('it told nothing');
    if (this.#watch === null && this.#vain >= this.#patience) this.#startWatch();
  }

  /** Somebody is at work. */
  #work(): void {
    this.#endWatch();
    this.#vain = 0;
    this.#patience = maxVainLooks;
    if (!this.#isAtRest) return;
    this.#isAtRest = false;
    this.#lookEvery(workIntervalMs);
  }

  #startWatch(): void {
    const { directory, probe, watch: watchFolder } = this.#settings;
    if (watchFolder === null) return;
    try {
      this.#watch = watchFolder(
        directory,
        (name) => this.#hear(name),
        (error) => this.#doubt(error.message),
      );
      const now = new Date();
      utimesSync(probe, now, now);
    } catch (thrown) {
      this.#doubt(messageOf(thrown));
    }
  }

  #hear(name: string | null): void {
    if (this.#watch === null) return;
    const isProof = name === basename(this.#settings.probe);
    // What was written before the watch began is told of by nobody.
    if (this.#settings.look() || !isProof) this.#work();
    else this.#rest();
  }

  #rest(): void {
    if (this.#isAtRest) return;
    this.#isAtRest = true;
    this.#lookEvery(restIntervalMs);
  }

  /** Looks go on as often as before, and another watch is tried much later. */
  #doubt(reason: string): void {
    this.#work();
    this.#patience = looksUntilRetry;
    if (this.#isDoubted) return;
    this.#isDoubted = true;
    this.#settings.logger.info(`the state directory cannot be watched, so it is looked into: ${reason}`);
  }

  #endWatch(): void {
    this.#watch?.dispose();
    this.#watch = null;
  }
}

/** The kernel's own watch, which takes effect before this returns. */
export const watchByKernel: WatchFolder = (folder, onChange, onError) => {
  const watcher = watch(folder, { persistent: false }, (_kind, name) => onChange(name));
  watcher.on('error', onError);
  return { dispose: () => watcher.close() };
};
