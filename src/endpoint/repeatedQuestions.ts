import { basename } from 'node:path';
import type { Stopwatch } from '../base/clock.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Mode } from '../protocol/mode.ts';
import { isRecordedWhole } from './auditEntry.ts';
import type { PreflightAnswer } from './preflightAnswer.ts';

/** How long after a refusal the same question of the same process is its repetition, in milliseconds. */
const maxRepeatMs = 1_000;

/** How many refusals are remembered; the oldest goes first. */
const maxRefusals = 256;

/** The names of libc that take a path: a program that searches `PATH` by itself calls one after the other. */
const pathDoors: ReadonlySet<string> = new Set(['execve', 'execv', 'execle', 'execl']);

interface Refusal {
  readonly request: ExecRequest;
  readonly generation: number;
  /** As the stopwatch has it. */
  readonly time: number;
  readonly answer: PreflightAnswer;
}

/**
 * Recognizes the questions of a shell or of Python's `subprocess` that goes on along `PATH` when it was refused:
 * one command, which is refused and recorded once. Nothing but a refusal that is carried out is ever repeated.
 */
export class RepeatedQuestions {
  readonly #stopwatch: Stopwatch;
  /** By process, the oldest first. */
  readonly #refusals = new Map<number, Refusal>();

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** The answer that this question has got already; null when it is a question of its own. */
  find(request: ExecRequest, mode: Mode, generation: number): PreflightAnswer | null {
    const refusal = mode === 'enforce' && request.enforce ? this.#refusals.get(request.pid ?? 0) : undefined;
    if (refusal?.generation !== generation || !isSameStep(refusal.request, request)) return null;
    const age = this.#stopwatch.elapsed() - refusal.time;
    return age < maxRepeatMs ? refusal.answer : null;
  }

  /** Remembers a refusal that was given; any other answer is passed over. */
  note(request: ExecRequest, answer: PreflightAnswer, generation: number): void {
    if (answer.allowed || !answer.enforced || request.pid === null || !isStep(request)) return;
    this.#refusals.delete(request.pid);
    const [oldest] = this.#refusals.size < maxRefusals ? [] : this.#refusals.keys();
    if (oldest !== undefined) this.#refusals.delete(oldest);
    this.#refusals.set(request.pid, { request, generation, time: this.#stopwatch.elapsed(), answer });
  }
}

/** Whether a question can be a step on the way along `PATH`, and is short enough to be remembered. */
function isStep(request: ExecRequest): boolean {
  const { tool, door, exe } = request;
  return tool === 'exec' && door !== null && pathDoors.has(door) && exe !== null && isRecordedWhole(request);
}

/** Whether a question differs from a step in nothing but the directory of its program. */
function isSameStep(
  step: ExecRequest,
  { tool, door, exe, argv, cwd, agent, session, markers }: ExecRequest,
): boolean {
  return (
    tool === step.tool &&
    door === step.door &&
    cwd === step.cwd &&
    agent === step.agent &&
    session === step.session &&
    exe !== null &&
    basename(exe) === basename(step.exe ?? '') &&
    areSame(argv, step.argv) &&
    areSame(markers, step.markers)
  );
}

function areSame(some: readonly string[] | null, others: readonly string[] | null): boolean {
  if (some === null || others === null) return some === others;
  return some.length === others.length && some.every((text, index) => text === others[index]);
}
