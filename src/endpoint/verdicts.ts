import { basename, resolve } from 'node:path';
import type { Disposable } from '../base/disposable.ts';
import { formatCommandText } from '../protocol/commandText.ts';
import type { Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { PolicySet } from '../policy/policySet.ts';
import { projectPolicyFile } from '../system/policySources.ts';
import type { VerdictCondition, VerdictQuestion } from '../system/stateTables.ts';
import { stampOf } from './policyFile.ts';
import type { StateFileWriter } from './stateFileWriter.ts';
import { conditionOf } from './verdictCondition.ts';

/** In how many directories questions have verdicts at once; the one that was used first goes, with its verdicts. */
const maxPlaces = 512;

/** How often it is looked whether the same policy still holds in these directories, in milliseconds. */
const lookIntervalMs = 1_000;

/** The doors whose third argument is the command text. */
const shellDoors: ReadonlySet<string> = new Set(['system', 'popen', 'wordexp']);

/** In the order in which the library looks. */
const conditions: readonly VerdictCondition[] = ['none', 'unlinked'];

/** What the table rests on. */
export interface VerdictSettings {
  readonly file: Pick<StateFileWriter, 'hash' | 'allow' | 'forget'>;
  /** The home directory and those for temporary files, absolute: nobody moves them while the endpoint runs. */
  readonly directories: readonly string[];
  /** The workspace of a command that runs in a directory. */
  readonly workspaceOf: (cwd: string | null) => string | null;
  /** What the policy file of a workspace was when the policy was read by which its questions are judged. */
  readonly stampFor: (workspace: string | null) => string | null;
}

/** A directory in which questions have verdicts. */
interface Place {
  readonly workspace: string | null;
  /** Of the workspace's policy file, as it was judged by; null without a workspace. */
  readonly stamp: string | null;
  readonly hashes: Set<bigint>;
}

/**
 * Puts questions into the verdict table whose answer is the same for everybody, and knows what was decided about each.
 * As nobody asks about them any more, it looks by itself whether another policy holds where they are asked.
 */
export class Verdicts implements Disposable {
  readonly #settings: VerdictSettings;
  readonly #timer: NodeJS.Timeout;
  readonly #decisions = new Map<bigint, Decision>();
  /** By directory, the first first. */
  readonly #places = new Map<string, Place>();
  #takenBack = 0;

  constructor(settings: VerdictSettings) {
    this.#settings = settings;
    this.#timer = setInterval(() => this.look(), lookIntervalMs);
    this.#timer.unref();
  }

  /** How many times verdicts were taken back: while it is the same, what was found is found again. */
  get takenBack(): number {
    return this.#takenBack;
  }

  /**
   * Puts a question into the table when its decision holds for everybody and follows from its bytes alone, and tells
   * whether it stands there.
   */
  note(request: ExecRequest, decision: Decision, set: PolicySet): boolean {
    const question = countsCalls(set) ? null : questionOf(request);
    const condition = question === null ? null : conditionOf(question, decision, this.#settings.directories);
    if (question === null || condition === null) return false;
    const hash = this.#settings.file.hash(question, condition);
    if (hash === null) return false;
    if (this.#decisions.has(hash)) return true;
    const evicted = this.#settings.file.allow(hash);
    if (evicted !== null) this.#drop(evicted);
    this.#decisions.set(hash, decision);
    this.#placeOf(question.cwd).hashes.add(hash);
    return true;
  }

  /** What was decided about a question that stands in the table; null when it does not. */
  find(question: VerdictQuestion): Decision | null {
    for (const condition of conditions) {
      const hash = this.#settings.file.hash(question, condition);
      const decision = hash === null ? undefined : this.#decisions.get(hash);
      if (decision !== undefined) return decision;
    }
    return null;
  }

  /** Whether a question stands in the table. */
  has(request: ExecRequest): boolean {
    const question = questionOf(request);
    return question !== null && this.find(question) !== null;
  }

  /** To be called when the table was emptied. */
  clear(): void {
    this.#takenBack += 1;
    this.#decisions.clear();
    this.#places.clear();
  }

  /** Takes the verdicts out of directories that belong to another workspace now, or to one with a policy of its own. */
  look(): void {
    for (const [cwd, place] of this.#places) {
      const workspace = this.#settings.workspaceOf(cwd);
      if (workspace !== place.workspace || stampOfProject(workspace) !== place.stamp) this.#leave(cwd, place);
    }
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #placeOf(cwd: string): Place {
    const known = this.#places.get(cwd);
    if (known !== undefined) return known;
    const [oldest] = this.#places.size < maxPlaces ? [] : this.#places;
    if (oldest !== undefined) this.#leave(...oldest);
    const workspace = this.#settings.workspaceOf(cwd);
    const place = { workspace, stamp: this.#settings.stampFor(workspace), hashes: new Set<bigint>() };
    this.#places.set(cwd, place);
    return place;
  }

  #leave(cwd: string, { hashes }: Place): void {
    this.#takenBack += 1;
    this.#places.delete(cwd);
    for (const hash of hashes) {
      this.#settings.file.forget(hash);
      this.#decisions.delete(hash);
    }
  }

  #drop(hash: bigint): void {
    this.#takenBack += 1;
    this.#decisions.delete(hash);
    for (const { hashes } of this.#places.values()) if (hashes.delete(hash)) return;
  }
}

function stampOfProject(workspace: string | null): string | null {
  return workspace === null ? null : stampOf(projectPolicyFile(workspace));
}

/**
 * What a verdict hashes; null when the question cannot have one. The policy judged the command text, so it must say
 * what starts: nobody gets a verdict for one program by asking about another.
 */
function questionOf({ door, exe, cwd, argv, command, truncated }: ExecRequest): VerdictQuestion | null {
  if (door === null || exe === null || cwd === null || argv === null || truncated) return null;
  const [name, , text] = argv;
  if (name === undefined || !isNameOf(name, exe, cwd)) return null;
  const isShell = shellDoors.has(door);
  const expected = isShell ? text : formatCommandText({ door, path: name, argv });
  return expected === command && (!isShell || argv.length === 3) ? { door, exe, cwd, argv } : null;
}

/** Whether a first argument names the program that starts: its last component, or its path from the directory. */
function isNameOf(name: string, exe: string, cwd: string): boolean {
  return name.includes('/') ? resolve(cwd, name) === resolve(cwd, exe) : name === basename(exe);
}

const counting = new WeakMap<PolicySet, boolean>();

/** Whether any rule counts calls: then every call has to be counted before the next one is judged. */
function countsCalls(set: PolicySet): boolean {
  const known = counting.get(set);
  if (known !== undefined) return known;
  const counts = set.policies.some(({ rules }) => rules.some(({ when }) => when.callCount !== null));
  counting.set(set, counts);
  return counts;
}
