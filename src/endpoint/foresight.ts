import type { Disposable } from '../base/disposable.ts';
import { withCommonName } from '../protocol/compilerFiles.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';

/** How many questions are remembered, and of how many characters in all; when there are more, all are forgotten. */
const maxSteps = 2_048;
const maxLength = 524_288;

/** In how many directories it is known at once how far they have come; the one that came first goes. */
const maxFollowers = 64;

/** How many questions are foreseen when the second one in a row fits, and at most: as many again each time the next one fits. */
const firstAhead = 4;
const maxAhead = 64;

/** How many questions of a trail may be left out where it is followed. */
const maxLeftOut = 16;

/** How many questions wait to be judged. */
const maxWaiting = 256;

/** A question of a trail. */
interface Step {
  readonly trail: Trail;
  readonly at: number;
  readonly request: ExecRequest;
}

/** Questions that were new when they were asked in one directory, in their order. */
type Trail = Step[];

/** How far a directory has come on a trail that another one left. */
interface Follower {
  readonly trail: Trail;
  readonly at: number;
  /** The last step that was foreseen. */
  readonly seen: number;
  readonly ahead: number;
}

/**
 * Foresees what will be asked: what configures, builds or tests asks in a new directory what it asked in another one, in the
 * same order. Where two questions in a row show that, those that followed are judged before anybody waits for them, the more
 * the longer it goes on. What is foreseen in vain costs the endpoint time, and nobody else.
 */
export class Foresight implements Disposable {
  /** By what a verdict hashes, without the directory. */
  readonly #steps = new Map<string, Step>();
  #length = 0;
  /** By the directory that left it. */
  readonly #trails = new Map<string, Trail>();
  readonly #followers = new Map<string, Follower>();
  #waiting: (() => void)[] = [];
  #next: NodeJS.Immediate | null = null;

  /** Takes a question that was decided for everybody; `judge` gets those that will follow it, one at a time and when nothing else is to be done. */
  note(request: ExecRequest, judge: (request: ExecRequest) => void): void {
    const { cwd, credential } = request;
    if (cwd === null || credential !== undefined) return;
    const key = keyOf(request);
    const step = this.#steps.get(key);
    if (step === undefined) this.#remember(key, request, cwd);
    // Where all of it was asked, nothing of it will be new.
    else if (step.trail !== this.#trails.get(cwd))
      for (const each of this.#follow(cwd, step)) this.#judgeLater(() => judge({ ...each.request, cwd }));
  }

  dispose(): void {
    this.#waiting = [];
    if (this.#next !== null) clearImmediate(this.#next);
  }

  #remember(key: string, request: ExecRequest, cwd: string): void {
    if (this.#steps.size >= maxSteps || this.#length + key.length > maxLength) this.#forget();
    const trail = this.#trails.get(cwd) ?? [];
    const step = { trail, at: trail.length, request };
    trail.push(step);
    this.#trails.set(cwd, trail);
    this.#steps.set(key, step);
    this.#length += key.length;
  }

  #forget(): void {
    this.#steps.clear();
    this.#trails.clear();
    this.#followers.clear();
    this.#length = 0;
  }

  /** The steps that are foreseen now that a directory has come to this one. */
  #follow(cwd: string, { trail, at }: Step): readonly Step[] {
    const before = this.#followers.get(cwd);
    const isNext =
      before?.trail === trail && at > before.at && at <= Math.max(before.at, before.seen) + maxLeftOut;
    const ahead = isNext ? Math.min(Math.max(before.ahead * 2, firstAhead), maxAhead) : 0;
    const from = isNext ? Math.max(at, before.seen) + 1 : at + 1;
    const seen = Math.max(from - 1, Math.min(at + ahead, trail.length - 1));
    this.#followers.delete(cwd);
    const [oldest] = this.#followers.size < maxFollowers ? [] : this.#followers.keys();
    if (oldest !== undefined) this.#followers.delete(oldest);
    this.#followers.set(cwd, { trail, at, seen, ahead });
    return trail.slice(from, seen + 1);
  }

  #judgeLater(run: () => void): void {
    if (this.#waiting.length >= maxWaiting) return;
    this.#waiting.push(run);
    this.#next ??= setImmediate(() => this.#judgeNext());
  }

  /** One in each turn of the event loop, so that who asks waits for one of them at most. */
  #judgeNext(): void {
    const run = this.#waiting.shift();
    this.#next = this.#waiting.length === 0 ? null : setImmediate(() => this.#judgeNext());
    run?.();
  }
}

function keyOf({ door, exe, argv }: ExecRequest): string {
  return [door, exe, ...(argv ?? []).map(withCommonName)].join('\0');
}
