import type { EvaluationWorld } from '../policy/evaluationWorld.ts';
import type { PolicySet } from '../policy/policySet.ts';
import type { Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';

/** How many judgements are remembered, and of how many characters in all; when there are more, all are forgotten. */
const maxKnown = 512;
const maxLength = 1_048_576;

/** A question as it is judged, and by what. */
export interface JudgedQuestion {
  readonly set: PolicySet;
  readonly request: ExecRequest;
  readonly world: Pick<EvaluationWorld, 'workspace' | 'realpath'>;
}

interface Known {
  readonly set: PolicySet;
  readonly workspace: string | null;
  readonly decision: Decision;
}

/**
 * Remembers what was decided about questions that are asked each time, because the library cannot look whether the same holds
 * again: a long text of a makefile, or one that names files. What the grounds of a decision name is looked at anew; the rest
 * follows from the question, its workspace and the policy.
 */
export class KnownJudgements {
  readonly #known = new Map<string, Known>();
  #length = 0;

  /** What was decided about the same; null when that is not known, or may be decided otherwise by now. */
  find({ set, request, world }: JudgedQuestion): Decision | null {
    const known = this.#known.size === 0 || request.truncated ? undefined : this.#known.get(keyOf(request));
    if (known?.set !== set || known.workspace !== world.workspace) return null;
    const { decision } = known;
    return decision.unlinked?.every((path) => world.realpath(path) === path) === false ? null : decision;
  }

  /** Takes a decision that says on what grounds it holds. */
  note({ set, request, world }: JudgedQuestion, decision: Decision): void {
    // With a token it is judged by a policy that is made for this one question.
    if (request.credential !== undefined) return;
    const key = keyOf(request);
    if (this.#known.size >= maxKnown || this.#length + key.length > maxLength) this.#forget();
    if (!this.#known.has(key)) this.#length += key.length;
    this.#known.set(key, { set, workspace: world.workspace, decision });
  }

  #forget(): void {
    this.#known.clear();
    this.#length = 0;
  }
}

/** All of a question that a decision with grounds can follow from; no other question has the same, whatever stands in it. */
function keyOf({ tool, exe, cwd, command, argv }: ExecRequest): string {
  return JSON.stringify([tool, exe, cwd, command, argv]);
}
