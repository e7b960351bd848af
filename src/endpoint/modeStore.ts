import { messageOf } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { isRecord, parseJson } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { isMode, maxTimedSeconds, stricterMode } from '../protocol/mode.ts';
import type { Mode } from '../protocol/mode.ts';
import { readOwnFile, replaceOwnFile } from '../system/ownFile.ts';
import { putAside } from './putAside.ts';

/** The mode in force and, for a timed change, when it ends (RFC 3339). */
export interface ModeState {
  readonly mode: Mode;
  readonly until: string | null;
}

/** What the store needs of the world. */
export interface ModeStoreSettings {
  /** `mode.json` of the state directory. */
  readonly file: string;
  /** The boot id in hex; empty when the system has none, and then every start counts as a boot. */
  readonly boot: string;
  readonly clock: Clock;
  /** Milliseconds since the machine was started, whatever its clock is set to. */
  readonly uptime: () => number;
  readonly logger: Logger;
  /** The mode that was asked for at the start; it is not kept. Null takes what the file says. */
  readonly initial: Mode | null;
  /** Whether that may be more lenient than what the file says, now or after a timed change. */
  readonly mayLoosen: boolean;
}

interface Held {
  readonly mode: Mode;
  /** Milliseconds since 1970. */
  readonly until: number | null;
  /** What follows a timed change. */
  readonly then: Mode;
}

/**
 * Owns the mode. A timed change ends by itself, also while no endpoint runs; `disabled` does not outlive a
 * boot; a file that cannot be read means enforce.
 */
export class ModeStore implements Disposable {
  readonly #settings: ModeStoreSettings;
  readonly #changed = new Emitter<ModeState>();
  #held: Held;
  #timer: NodeJS.Timeout | null = null;

  readonly #lapsed = new Emitter<Mode>();

  readonly onDidChange = this.#changed.event;
  /** A timed change ended by itself; tells which mode that was. */
  readonly onDidLapse = this.#lapsed.event;

  constructor(settings: ModeStoreSettings) {
    this.#settings = settings;
    const { initial, mayLoosen } = settings;
    const kept = readHeld(settings);
    const isTaken = initial !== null && (mayLoosen || isAsStrict(initial, kept));
    this.#held = isTaken ? { mode: initial, until: null, then: initial } : kept;
    this.#arm();
  }

  /** The mode in force now. */
  get mode(): Mode {
    const { until } = this.#held;
    // A machine that slept wakes up after the end, and its timer later still.
    if (until !== null && this.#settings.clock.now() >= until) this.#lapse();
    return this.#held.mode;
  }

  get state(): ModeState {
    return { mode: this.mode, until: timeText(this.#held.until) };
  }

  /** What stays in force when nobody is there to end a timed change. */
  get lasting(): Mode {
    return this.#held.until === null ? this.mode : this.#held.then;
  }

  /** What may stand where nobody takes it away after our end: a timed leniency is only answered. */
  get written(): Mode {
    return stricterMode(this.mode, this.lasting);
  }

  /** Changes the mode, for a number of seconds or for good. */
  set(mode: Mode, forSeconds: number | null): ModeState {
    const then = this.lasting;
    const until = forSeconds === null ? null : this.#settings.clock.now() + forSeconds * 1000;
    this.#hold(until === null ? { mode, until, then: mode } : { mode, until, then });
    return this.state;
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#changed.dispose();
    this.#lapsed.dispose();
  }

  #lapse(): void {
    const { mode } = this.#held;
    this.#hold(afterTimed(this.#held));
    this.#lapsed.fire(mode);
  }

  #hold(held: Held): void {
    this.#held = held;
    this.#write();
    this.#arm();
    this.#changed.fire({ mode: held.mode, until: timeText(held.until) });
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { until } = this.#held;
    // Also where the clock says that it is too early: it was set back meanwhile.
    this.#timer = until === null ? null : setTimeout(() => this.#lapse(), until - this.#settings.clock.now());
    this.#timer?.unref();
  }

  #write(): void {
    const { file, boot, clock, uptime, logger } = this.#settings;
    const { mode, until, then } = this.#held;
    const untilUptime = until === null ? null : Math.round(until - clock.now() + uptime());
    try {
      const kept = { mode, until: timeText(until), until_uptime: untilUptime, then, boot };
      replaceOwnFile(file, `${JSON.stringify(kept)}\n`);
    } catch (thrown) {
      logger.error(`the mode cannot be kept: ${messageOf(thrown)}`);
    }
  }
}

/** What the log says of a change of the mode. */
export function formatModeChange(before: Mode, until: string | null): string {
  return until === null ? `it was ${before}` : `it was ${before}; it ends at ${until}`;
}

function isAsStrict(mode: Mode, kept: Held): boolean {
  return [kept.mode, kept.then].every((other) => stricterMode(mode, other) === mode);
}

function afterTimed(held: Held): Held {
  return { mode: held.then, until: null, then: held.then };
}

function timeText(until: number | null): string | null {
  return until === null ? null : new Date(until).toISOString();
}

const enforced: Held = { mode: 'enforce', until: null, then: 'enforce' };

function readHeld({ file, boot, clock, uptime, logger }: ModeStoreSettings): Held {
  const kept = readKept(file, logger);
  if (kept === null) return enforced;
  const until = typeof kept['until'] === 'string' ? Date.parse(kept['until']) : null;
  const sameBoot = boot !== '' && kept['boot'] === boot;
  const lasting = (mode: Mode): Mode => (mode === 'disabled' && !sameBoot ? 'enforce' : mode);
  const then = lasting(isMode(kept['then']) ? kept['then'] : 'enforce');
  if (until === null) return { mode: lasting(kept.mode), until: null, then: lasting(kept.mode) };
  // A clock that was set back must not stretch the time. How long the machine runs says so exactly, until it is started anew.
  const untilUptime = sameBoot ? kept['until_uptime'] : null;
  const left = typeof untilUptime === 'number' ? untilUptime - uptime() : maxTimedSeconds * 1000;
  const end = Math.min(until, clock.now() + Math.min(left, maxTimedSeconds * 1000));
  const isOver = Number.isNaN(end) || end <= clock.now() || lasting(kept.mode) !== kept.mode;
  return isOver ? { mode: then, until: null, then } : { mode: kept.mode, until: end, then };
}

/** What the file says of the mode; null when there is none that we can read. */
function readKept(file: string, logger: Logger): (UnknownRecord & { readonly mode: Mode }) | null {
  let text: string;
  try {
    text = readOwnFile(file);
  } catch {
    return null;
  }
  const parsed = parseJson(text);
  const kept = parsed.ok && isRecord(parsed.value) ? parsed.value : {};
  const { mode } = kept;
  if (isMode(mode)) return { ...kept, mode };
  putAside(file, 'the kept mode cannot be read, enforce is in force', logger);
  return null;
}
