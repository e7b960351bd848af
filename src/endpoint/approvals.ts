import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { ApprovalChange, ApprovalScope, ApprovalStatus, ApprovalView } from '../protocol/approval.ts';
import type { RuleReference } from '../protocol/decision.ts';
import type { QuestionKeys } from './askedTree.ts';
import { redactText } from './redact.ts';

/** How many approvals wait at once, as the peer has it. */
export const maxPending = 1_000;

/** How many of them one tree of processes may have: a loop must not bury what others ask. */
export const maxPendingInTree = 32;

/** The longest command, and the longest of what stands beside it, that is put before a person, in characters. */
export const maxAskedLength = 16_384;

/** How long a person has, in milliseconds. */
export const approvalLifeMs = 600_000;

/** How long a settled approval can still be read, in milliseconds; the peer's value. */
const settledLifeMs = 600_000;

/** How long a person's denial answers the same question again, in milliseconds. */
const denialLifeMs = 60_000;

const sweepIntervalMs = 1_000;

/** What is asked for: the command as it was given, and who gave it. */
export interface Petition {
  readonly tool: string;
  readonly command: string;
  readonly agent: string;
  readonly session: string;
  readonly message: string;
  readonly rule: RuleReference | null;
  readonly cwd: string | null;
  readonly pid: number | null;
  readonly sid: number | null;
  readonly runId: string | null;
  /** Null for one that a client of the peer's made, which no question of ours stands behind. */
  readonly keys: QuestionKeys | null;
  readonly tree: string;
  /** The upstream's approval for the same, which is settled with this one; null without. */
  readonly upstreamApproval: string | null;
}

/** One approval. Times are milliseconds since 1970. */
export interface Approval extends Petition {
  readonly id: string;
  readonly status: ApprovalStatus;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly resolvedAt: number | null;
  readonly resolvedBy: string | null;
  readonly persisted: boolean;
  /** Until when a process is held for this one; null when none is. */
  readonly heldUntil: number | null;
}

/** What a person said. */
export interface Resolution {
  readonly approved: boolean;
  readonly scope: ApprovalScope;
  readonly by: string;
}

/** Tells of an approval that was requested or settled, or for which a process began or ceased to wait. */
export interface ApprovalNews {
  readonly change: ApprovalChange;
  readonly approval: Approval;
}

/** What the store needs of the world. */
export interface ApprovalSettings {
  readonly clock: Clock;
  readonly createId: () => string;
  /** Those that an endpoint before us left. */
  readonly kept: readonly Approval[];
}

/** Owns the approvals: which wait, which were settled a while ago. */
export class Approvals implements Disposable {
  readonly #settings: ApprovalSettings;
  readonly #approvals = new Map<string, Approval>();
  readonly #changed = new Emitter<ApprovalNews>();
  readonly #timer: NodeJS.Timeout;

  readonly onDidChange = this.#changed.event;

  constructor(settings: ApprovalSettings) {
    this.#settings = settings;
    for (const approval of settings.kept) this.#approvals.set(approval.id, approval);
    this.#timer = setInterval(() => this.sweep(), sweepIntervalMs);
    this.#timer.unref();
  }

  /** Those that wait for a person, the oldest first. */
  get pending(): readonly Approval[] {
    this.sweep();
    return [...this.#approvals.values()].filter(({ status }) => status === 'pending');
  }

  find(id: string): Approval | null {
    this.sweep();
    return this.#approvals.get(id) ?? null;
  }

  /** The approval for this: the one that waits for the same, else a new one. A failure says why none can be asked for. */
  request(petition: Petition, heldUntil: number | null): Result<Approval, string> {
    const { pending } = this;
    const { keys, tree } = petition;
    const same = keys === null ? undefined : pending.find((each) => isSame(each, keys, tree));
    if (same !== undefined) return success(heldUntil === null ? same : this.setHeld(same, heldUntil));
    if (!isShowable(petition)) return failure('the command is too long to be shown');
    if (pending.length >= maxPending) return failure('too many approvals are pending');
    if (keys !== null && pending.filter((each) => each.tree === tree).length >= maxPendingInTree) {
      return failure('too many approvals of this terminal are pending');
    }
    const now = this.#settings.clock.now();
    const approval: Approval = {
      ...petition,
      id: this.#settings.createId(),
      status: 'pending',
      createdAt: now,
      expiresAt: now + approvalLifeMs,
      resolvedAt: null,
      resolvedBy: null,
      persisted: false,
      heldUntil,
    };
    this.#put(approval, 'requested');
    return success(approval);
  }

  /** Notes until when a process is held for this one, and tells it. */
  setHeld(approval: Approval, heldUntil: number | null): Approval {
    const known = this.#approvals.get(approval.id);
    if (known?.status !== 'pending') return known ?? approval;
    const held = { ...known, heldUntil };
    if (known.heldUntil === heldUntil) return known;
    this.#put(held, heldUntil === null ? 'released' : 'held');
    return held;
  }

  /** Whether a person denied the same a moment ago. */
  findDenial(keys: QuestionKeys, tree: string): Approval | null {
    const from = this.#settings.clock.now() - denialLifeMs;
    const isFresh = (each: Approval): boolean => each.status === 'denied' && (each.resolvedAt ?? 0) > from;
    return [...this.#approvals.values()].find((each) => isFresh(each) && isSame(each, keys, tree)) ?? null;
  }

  /** Settles one that is pending; null when it is not. */
  resolve(id: string, { approved, scope, by }: Resolution): Approval | null {
    const approval = this.find(id);
    if (approval?.status !== 'pending') return null;
    const resolved: Approval = {
      ...approval,
      status: approved ? 'approved' : 'denied',
      resolvedAt: this.#settings.clock.now(),
      resolvedBy: by,
      persisted: approved && scope === 'always',
    };
    this.#put(resolved, 'resolved');
    return resolved;
  }

  /** Ends what nobody answered in time and forgets what was settled long ago. */
  sweep(): void {
    const now = this.#settings.clock.now();
    for (const approval of [...this.#approvals.values()]) {
      if (approval.status === 'pending' && now >= approval.expiresAt) {
        this.#put({ ...approval, status: 'expired', resolvedAt: now }, 'expired');
      } else if (approval.resolvedAt !== null && now >= approval.resolvedAt + settledLifeMs) {
        this.#approvals.delete(approval.id);
      }
    }
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#changed.dispose();
  }

  #put(approval: Approval, change: ApprovalChange): void {
    this.#approvals.set(approval.id, approval);
    this.#changed.fire({ change, approval });
  }
}

function isShowable({ tool, command, agent, session, message, runId }: Petition): boolean {
  return [tool, command, agent, session, message, runId ?? ''].every(
    ({ length }) => length <= maxAskedLength,
  );
}

function isSame(approval: Approval, keys: QuestionKeys, tree: string): boolean {
  return approval.keys?.exact === keys.exact && approval.tree === tree;
}

/** An approval as it is shown, its secrets replaced. */
export function viewOf(approval: Approval): ApprovalView {
  const { id, status, tool, command, agent, session, message, rule, cwd, pid, sid } = approval;
  const { createdAt, expiresAt, heldUntil, runId, resolvedAt, resolvedBy, persisted } = approval;
  const isHeld = status === 'pending' && heldUntil !== null;
  return {
    id,
    status,
    tool,
    command: redactText(command),
    agent,
    session,
    message,
    rule,
    cwd,
    pid,
    sid,
    held: isHeld,
    created_at: timeText(createdAt),
    expires_at: timeText(expiresAt),
    ...(isHeld ? { held_until: timeText(heldUntil) } : {}),
    ...(runId === null ? {} : { run_id: runId }),
    ...(resolvedAt === null ? {} : { resolved_at: timeText(resolvedAt), persisted }),
    ...(resolvedBy === null ? {} : { resolved_by: resolvedBy }),
  };
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}
