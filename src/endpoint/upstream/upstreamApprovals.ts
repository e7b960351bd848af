import type { Disposable } from '../../base/disposable.ts';
import { isRecord } from '../../base/record.ts';
import { routes } from '../../protocol/routes.ts';
import type { ExecRequest } from '../../protocol/execRequest.ts';
import type { ApprovalNews, Approvals, Resolution } from '../approvals.ts';
import type { UpstreamWord } from './combine.ts';
import type { Upstream } from './upstream.ts';

/** How long making an approval there may take, in milliseconds: its asker has waited already. */
const requestTimeoutMs = 700;

const callTimeoutMs = 5_000;

/** How often it is looked how those stand there that wait here: its stream may be down, and only hints. */
const lookIntervalMs = 2_000;

/** How many approvals of ours wait there at once. */
const maxWaiting = 1_000;

type Decided = UpstreamWord & { readonly kind: 'decided' };

/** What passing approvals through needs. */
export interface UpstreamApprovalSettings {
  readonly upstream: Upstream;
  readonly approvals: Approvals;
  /** Whether we may make and answer approvals there. */
  readonly mayAnswer: () => boolean;
  /** Settles ours. */
  readonly resolve: (id: string, resolution: Resolution) => void;
}

/**
 * Where the upstream asks a person, its persons and ours are asked: one approval in both lists, settled in both by whoever
 * is first. Where we have no authority there, nobody here can answer for it.
 */
export class UpstreamApprovals implements Disposable {
  readonly #settings: UpstreamApprovalSettings;
  /** The upstream's id by what was asked, while it waits there. */
  readonly #waiting = new Map<string, string>();
  readonly #subscription: Disposable;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(settings: UpstreamApprovalSettings) {
    this.#settings = settings;
    this.#subscription = settings.approvals.onDidChange((news) => this.#tell(news));
    this.#timer = setInterval(() => this.look(), lookIntervalMs);
    this.#timer.unref();
  }

  /** Puts what the upstream asks about before its persons; its word with the approval's id, or another word. */
  async request(request: ExecRequest, word: Decided): Promise<Decided> {
    const { upstream, mayAnswer } = this.#settings;
    const key = JSON.stringify([request.tool, request.command, request.path, request.agent, request.cwd]);
    const known = this.#waiting.get(key);
    if (known !== undefined) return { ...word, approval: known };
    const full = this.#waiting.size >= maxWaiting;
    if (full || !mayAnswer()) return unanswerable(word);
    const { tool, agent, command, path } = request;
    const message = word.message === '' ? 'a person is asked' : word.message;
    const body = { tool, agent, command, message, ...(path === null ? {} : { path }) };
    const call = { method: 'POST', path: routes.approvals, body, timeoutMs: requestTimeoutMs } as const;
    const made = await upstream.call(call);
    const answer = made.ok && isRecord(made.value.body) ? made.value.body : {};
    if (answer['status'] === 'approved') return { ...word, action: 'allow' };
    const { id } = answer;
    if (!made.ok || made.value.status !== 201 || typeof id !== 'string') return unanswerable(word);
    this.#waiting.set(key, id);
    return { ...word, approval: id };
  }

  /** Looks how those stand there that wait here. */
  look(): void {
    if (this.#isLooking || this.#waiting.size === 0) return;
    this.#isLooking = true;
    this.#lookAtAll()
      .finally(() => (this.#isLooking = false))
      .catch(() => undefined);
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscription.dispose();
  }

  async #lookAtAll(): Promise<void> {
    for (const [key, id] of [...this.#waiting]) {
      const path = `${routes.approvals}/${encodeURIComponent(id)}`;
      const answer = await this.#settings.upstream.call({
        ...{ method: 'GET', path, body: null, timeoutMs: callTimeoutMs },
      });
      if (!answer.ok) return;
      const { status, resolved_by: by } = isRecord(answer.value.body) ? answer.value.body : {};
      if (answer.value.status === 200 && status === 'pending') continue;
      this.#waiting.delete(key);
      if (status === 'approved' || status === 'denied') this.#settle(id, status === 'approved', by);
    }
  }

  #settle(upstreamId: string, approved: boolean, by: unknown): void {
    const who = typeof by === 'string' && by !== '' ? `${by} at the upstream` : 'the upstream';
    for (const { id, upstreamApproval } of this.#settings.approvals.pending) {
      if (upstreamApproval === upstreamId) this.#settings.resolve(id, { approved, scope: 'once', by: who });
    }
  }

  /** What was settled here is settled there; where it was settled first, that answers 410, and all is well. */
  #tell({ change, approval }: ApprovalNews): void {
    const id = approval.upstreamApproval;
    if (change !== 'resolved' || id === null) return;
    const waits = [...this.#waiting].find(([, waiting]) => waiting === id);
    if (waits === undefined) return;
    this.#waiting.delete(waits[0]);
    const body = {
      approved: approval.status === 'approved',
      resolved_by: approval.resolvedBy ?? 'a person',
      ...(approval.persisted ? { persist: true } : {}),
    };
    const path = `${routes.approvals}/${encodeURIComponent(id)}/resolve`;
    this.#settings.upstream
      .call({ method: 'POST', path, body, timeoutMs: callTimeoutMs })
      .catch(() => undefined);
  }
}

function unanswerable(word: Decided): Decided {
  const why = 'the upstream asks a person, and nobody can answer for it here';
  return { ...word, action: 'deny', message: word.message === '' ? why : `${word.message}; ${why}` };
}
