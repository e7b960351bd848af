import type { Clock, Stopwatch } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { NamedCommand } from '../policy/namedCommands.ts';
import { isPermitted } from '../protocol/decision.ts';
import type { Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { CoveredStarts } from './coveredStarts.ts';
import type { Approval, Approvals, Petition, Resolution } from './approvals.ts';
import { AskedTrees, hasEnded, isAskedByShell, keysOf } from './askedTree.ts';
import { isRecordedWhole } from './auditEntry.ts';
import type { QuestionKeys } from './askedTree.ts';
import type { Asked, PatientAsker } from './exchange.ts';
import { approvedLifeMs, sessionLifeMs } from './grants.ts';
import type { Grant, Grants } from './grants.ts';

/** How long *run it anyway* holds, in milliseconds. */
export const anywayLifeMs = 300_000;

/** How many questions are held at once; more are denied at once. */
const maxHeld = 64;

/** How many refusals can be run anyway, with how many characters of commands, and for how long, in milliseconds. */
const maxRefusals = 1_024;
const maxRefusedLength = 4_194_304;
const refusalLifeMs = 3_600_000;

/** How often an asker that is held is told to wait on, in milliseconds; it gives up after 2 s without a word. */
const interimMs = 500;

/** How often it is looked whose a session is while an asker waits for that, in milliseconds. */
const lookMs = 100;

/** How often grants of trees that have ended are forgotten, in milliseconds. */
const sweepIntervalMs = 60_000;

/** How many digits of a record's id a person has to give. */
const minIdDigits = 8;

/** What persons make of a decision against a command. */
export type Settlement =
  /** Nothing: the decision stands as it is. */
  | { readonly kind: 'decided' }
  /** A person lets it run, against a denial too where they overrule; `why` is for the log. */
  | {
      readonly kind: 'granted';
      readonly why: string;
      readonly overrules: boolean;
      /** The approval for this one start; absent where it was granted in another way. */
      readonly approvalId?: string;
    }
  /** It is not known yet whose session this is, so nobody is to be bothered, and it may be nobody's business. */
  | { readonly kind: 'early' }
  /** A person has not decided yet, or decided against it. */
  | { readonly kind: 'pending' | 'denied'; readonly approval: Approval };

/** What asking persons rests on. */
export interface AskingSettings {
  readonly clock: Clock;
  readonly stopwatch: Stopwatch;
  readonly createId: () => string;
  readonly processes: ProcessTable;
  readonly approvals: Approvals;
  readonly grants: Grants;
  /** How long a question is held, in milliseconds. */
  readonly holdMs: number;
  /** Whether somebody is there who can answer. */
  readonly isAnswerable: () => boolean;
  /** Makes a rule of an approval for good. */
  readonly writeRule: (approval: Approval) => Result<null, ResolveFailure>;
  /** Called after every change of what must survive a restart. */
  readonly onDidChange: () => void;
}

/** Why an approval could not be settled: there is none, it is settled, or its rule cannot be made or be written. */
export interface ResolveFailure {
  readonly kind: 'unknown' | 'settled' | 'ruleless' | 'unwritten';
  readonly message: string;
}

/** A question with the decision against it, and the id of its record. */
export interface Refused {
  readonly request: ExecRequest;
  readonly decision: Decision;
  readonly id: string;
  /** How it was asked. */
  readonly asked: Asked;
  /** Whether a person may be asked now. */
  readonly mayPrompt: boolean;
}

interface Refusal {
  readonly id: string;
  readonly command: string;
  readonly cwd: string | null;
  readonly keys: QuestionKeys;
  readonly tree: string;
  /** As the stopwatch has it. */
  readonly at: number;
}

interface Waiter {
  readonly petition: Petition;
  /** What it waits for now. */
  approval: Approval;
  /** How long it is held, in milliseconds since 1970. */
  readonly until: number;
  /** Whoever left must not use up what a person grants. */
  readonly isThere: () => boolean;
  readonly settle: (settlement: Settlement) => void;
}

/** A grant as a person sees it who gave it. */
export interface GivenGrant {
  readonly id: string;
  readonly command: string;
  readonly cwd: string | null;
  readonly until: number;
}

/**
 * Asks persons about what the policy leaves to them: holds the question where that holds up nobody else, otherwise
 * denies it at once and lets the next run pass. What a person grants is for one command, one tree of processes and,
 * unless it is for the session, one directory and one start.
 */
export class Asking implements Disposable {
  readonly #settings: AskingSettings;
  /** By approval, the first that asked first. */
  readonly #waiters = new Map<string, Waiter[]>();
  /** The oldest first. */
  readonly #refusals = new Map<string, Refusal>();
  #refusedLength = 0;
  readonly #covered: CoveredStarts;
  readonly #trees: AskedTrees;
  readonly #timer: NodeJS.Timeout;
  /** Ends the waiting of those of whom it is not known whose they are. */
  readonly #early = new Set<() => void>();
  #held = 0;

  constructor(settings: AskingSettings) {
    this.#settings = settings;
    const { stopwatch, grants, processes } = settings;
    this.#covered = new CoveredStarts(stopwatch, processes);
    this.#trees = new AskedTrees(processes, stopwatch);
    this.#timer = setInterval(() => grants.forget((tree) => hasEnded(tree, processes)), sweepIntervalMs);
    this.#timer.unref();
  }

  /** What persons make of a decision; a promise while the question is held. Only what is enforced is for persons. */
  consider({ request, decision, id, asked, mayPrompt }: Refused): Settlement | Promise<Settlement> {
    const isExact = asked.isExact && !request.truncated;
    if (isPermitted(decision.action) || !isExact || !isRecordedWhole(request)) return { kind: 'decided' };
    const keys = keysOf(request);
    const tree = this.#trees.find(request);
    const grant = this.#settings.grants.take(keys, tree, decision.action !== 'ask');
    if (grant !== null) {
      this.#settings.onDidChange();
      const { overrules, reach, id: approvalId } = grant;
      const isOnce = !overrules && reach === 'exact';
      return {
        kind: 'granted',
        why: whyGranted(grant),
        overrules,
        ...(isOnce ? { approvalId } : {}),
      };
    }
    if (this.#covered.take(request, decision.action !== 'ask')) return coveredSettlement;
    const { command, cwd } = request;
    this.#noteRefusal({ id, command, cwd, keys, tree, at: this.#settings.stopwatch.elapsed() });
    if (!mayPrompt) return { kind: 'early' };
    if (decision.action !== 'ask') return { kind: 'decided' };
    const wait = this.#mayHold(request) ? asked.wait : null;
    return this.#ask(petitionOf(request, decision, { keys, tree }), wait);
  }

  /**
   * Has an early asker wait until it is known whose its session is, or until it leaves; null where it cannot be held:
   * it is answered at once then.
   */
  holdEarly(request: ExecRequest, wait: PatientAsker | null, isKnown: () => boolean): Promise<void> | null {
    if (wait === null || !this.#mayHold(request)) return null;
    this.#held += 1;
    return new Promise((resolve) => {
      const end = (): void => {
        clearInterval(timer);
        this.#held -= 1;
        this.#early.delete(end);
        resolve();
      };
      const timer = setInterval(() => {
        if (wait.isOpen() && !isKnown()) wait.sendProcessing();
        else end();
      }, lookMs);
      this.#early.add(end);
    });
  }

  /** Whether a person has let this run already, though it is asked about. */
  isGranted(request: ExecRequest): boolean {
    const tree = this.#trees.find(request);
    return this.#settings.grants.find(keysOf(request), tree, false) !== null;
  }

  /** What a person let run names these commands, so that its process may start each of them once. */
  cover(request: ExecRequest, commands: readonly NamedCommand[], overrules: boolean): void {
    this.#covered.add(request, commands, overrules);
  }

  /** Puts before a person what a client asks for itself. A failure says why it is not. */
  request(petition: Petition): Result<Approval, string> {
    const requested = this.#settings.approvals.request(petition, null);
    if (requested.ok) this.#settings.onDidChange();
    return requested;
  }

  /** Settles an approval as a person said, and lets those go on that wait for it. */
  resolve(id: string, resolution: Resolution): Result<Approval, ResolveFailure> {
    const { approvals, writeRule, onDidChange } = this.#settings;
    const pending = approvals.find(id);
    if (pending === null) return failure({ kind: 'unknown', message: 'there is no such approval' });
    if (pending.status !== 'pending') {
      return failure({ kind: 'settled', message: `the approval is ${pending.status} already` });
    }
    if (resolution.approved && resolution.scope === 'always') {
      const written = writeRule(pending);
      if (!written.ok) return written;
    }
    const resolved = approvals.resolve(id, resolution) ?? pending;
    const waiters = this.#waiters.get(id) ?? [];
    this.#waiters.delete(id);
    if (resolution.approved) this.#approve(resolved, resolution, waiters);
    else for (const { settle } of waiters) settle({ kind: 'denied', approval: resolved });
    onDidChange();
    return success(resolved);
  }

  /** Lets a refused command run once, by the first digits of its record's id. A failure is a sentence for the person. */
  runAnyway(digits: string): Result<GivenGrant, string> {
    const { clock, stopwatch, grants, createId, onDidChange } = this.#settings;
    if (digits.length < minIdDigits) return failure(`at least ${minIdDigits} digits of the id are needed`);
    const from = stopwatch.elapsed() - refusalLifeMs;
    const found = [...this.#refusals.values()].filter(({ id, at }) => id.startsWith(digits) && at > from);
    const [refusal] = found;
    if (refusal === undefined)
      return failure(`no command was refused lately under ${digits}; run it again first`);
    if (found.length > 1) return failure(`${found.length} refusals begin with ${digits}; give more digits`);
    const { keys, tree, command, cwd } = refusal;
    const until = clock.now() + anywayLifeMs;
    const id = createId();
    grants.add({ id, reach: 'exact', key: keys.exact, tree, overrules: true, until });
    onDidChange();
    return success({ id, command, cwd, until });
  }

  /** Lets those go who wait; their approvals stay. */
  dispose(): void {
    clearInterval(this.#timer);
    for (const end of this.#early) end();
    for (const waiter of [...this.#waiters.values()].flat()) {
      waiter.settle({ kind: 'pending', approval: waiter.approval });
    }
  }

  #mayHold(request: ExecRequest): boolean {
    const { holdMs, isAnswerable, processes } = this.#settings;
    return holdMs > 0 && this.#held < maxHeld && isAnswerable() && isAskedByShell(request, processes);
  }

  #holdMsOf({ seconds }: PatientAsker): number {
    return Math.min(this.#settings.holdMs, seconds * 1_000);
  }

  #ask(petition: Petition, wait: PatientAsker | null): Settlement | Promise<Settlement> {
    const { approvals, clock, onDidChange } = this.#settings;
    const denial = petition.keys === null ? null : approvals.findDenial(petition.keys, petition.tree);
    if (denial !== null) return { kind: 'denied', approval: denial };
    const requested = approvals.request(petition, wait === null ? null : clock.now() + this.#holdMsOf(wait));
    if (!requested.ok) return { kind: 'decided' };
    onDidChange();
    return wait === null
      ? { kind: 'pending', approval: requested.value }
      : this.#hold(petition, requested.value, wait);
  }

  #hold(petition: Petition, approval: Approval, wait: PatientAsker): Promise<Settlement> {
    const holdMs = this.#holdMsOf(wait);
    const end = performance.now() + holdMs;
    this.#held += 1;
    return new Promise((resolve) => {
      const waiter: Waiter = {
        petition,
        approval,
        until: this.#settings.clock.now() + holdMs,
        isThere: () => wait.isOpen(),
        settle: (settlement) => {
          clearInterval(timer);
          this.#held -= 1;
          this.#leave(waiter);
          resolve(settlement);
        },
      };
      const timer = setInterval(() => {
        if (performance.now() < end && wait.isOpen()) wait.sendProcessing();
        else waiter.settle({ kind: 'pending', approval: waiter.approval });
      }, interimMs);
      this.#join(waiter, approval);
    });
  }

  #join(waiter: Waiter, approval: Approval): void {
    waiter.approval = approval;
    this.#waiters.set(approval.id, [...(this.#waiters.get(approval.id) ?? []), waiter]);
  }

  #leave(waiter: Waiter): void {
    for (const [id, waiters] of this.#waiters) {
      const others = waiters.filter((each) => each !== waiter);
      if (others.length > 0) this.#waiters.set(id, others);
      else {
        this.#waiters.delete(id);
        this.#settings.approvals.setHeld(waiter.approval, null);
      }
    }
  }

  #approve(approval: Approval, { scope, by }: Resolution, waiters: readonly Waiter[]): void {
    const granted: Settlement = { kind: 'granted', why: `approved by ${by}`, overrules: false };
    const [first, ...others] = waiters.filter(({ isThere }) => isThere());
    for (const waiter of waiters) if (!waiter.isThere()) waiter.settle({ kind: 'pending', approval });
    if (first === undefined || scope === 'session') this.#addGrant(approval, scope);
    first?.settle(granted);
    for (const waiter of others) {
      if (scope === 'once') this.#askAgain(waiter);
      else waiter.settle(granted);
    }
  }

  /** One approval is for one start: who waits for another one waits on, for an approval of its own. */
  #askAgain(waiter: Waiter): void {
    const requested = this.#settings.approvals.request(waiter.petition, waiter.until);
    if (!requested.ok) waiter.settle({ kind: 'decided' });
    else this.#join(waiter, requested.value);
  }

  #addGrant({ id, keys, tree }: Approval, scope: Resolution['scope']): void {
    if (keys === null) return;
    const { clock, grants } = this.#settings;
    const isForSession = scope === 'session';
    grants.add({
      id,
      reach: isForSession ? 'anywhere' : 'exact',
      key: isForSession ? keys.anywhere : keys.exact,
      tree,
      overrules: false,
      until: clock.now() + (isForSession ? sessionLifeMs : approvedLifeMs),
    });
  }

  #noteRefusal(refusal: Refusal): void {
    this.#forgetRefusal(refusal.id);
    this.#refusals.set(refusal.id, refusal);
    this.#refusedLength += refusal.command.length;
    for (const id of this.#refusals.keys()) {
      if (this.#refusals.size <= maxRefusals && this.#refusedLength <= maxRefusedLength) return;
      this.#forgetRefusal(id);
    }
  }

  #forgetRefusal(id: string): void {
    this.#refusedLength -= this.#refusals.get(id)?.command.length ?? 0;
    this.#refusals.delete(id);
  }
}

/** It stands in a text that was granted, and opens no text of its own. */
const coveredSettlement: Settlement = {
  kind: 'granted',
  why: 'approved as a part of what started it',
  overrules: false,
};

function whyGranted({ overrules, reach, id }: Grant): string {
  if (overrules) return `run anyway, as a person said (${id.slice(0, minIdDigits)})`;
  const span = reach === 'anywhere' ? ' for this session' : '';
  return `approved${span} (${id.slice(0, minIdDigits)})`;
}

function petitionOf(
  { tool, command, path, agent, session, cwd, pid, sid }: ExecRequest,
  { message, rule, upstreamApproval }: Decision,
  of: Pick<Petition, 'keys' | 'tree'>,
): Petition {
  const subject = command === '' ? (path ?? '') : command;
  const asker = { agent, session, cwd, pid, sid, runId: null } as const;
  return {
    tool,
    command: subject,
    message,
    rule,
    upstreamApproval: upstreamApproval ?? null,
    ...asker,
    ...of,
  };
}
