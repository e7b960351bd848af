import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { parsePolicySet } from '../policy/parsePolicySet.ts';
import type { PolicySet } from '../policy/policySet.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { builtinPolicyFile, readPolicyTexts, userPolicyFolder } from '../system/policySources.ts';
import type { PolicyLocations, PolicyText } from '../system/policySources.ts';
import { formatProblem, sameProblems, stampOf } from './policyFile.ts';
import type { LoadedPolicy } from './policyFile.ts';
import { ProjectPolicies } from './projectPolicies.ts';

/** How often the files are looked at, in milliseconds. */
const pollIntervalMs = 1_000;

/** What the stream says of a load. */
export interface PolicyChange {
  readonly generation: number;
  readonly problems: readonly PolicyProblem[];
}

/**
 * Owns the policy in force. A file that cannot be used never weakens it: its last good text stays, and the
 * problem is published. Files are watched by looking, once a second.
 */
export class PolicyStore implements Disposable {
  readonly #locations: PolicyLocations;
  readonly #changed = new Emitter<PolicyChange>();
  readonly #projects: ProjectPolicies;
  readonly #timer: NodeJS.Timeout;
  #generation: number;
  #stamp: string;
  #loaded: LoadedPolicy;
  #problems: readonly PolicyProblem[];

  readonly onDidChange = this.#changed.event;

  /** Loads at once; `generation` is the one that this load gets. */
  constructor(locations: PolicyLocations, generation: number) {
    this.#locations = locations;
    this.#generation = generation;
    this.#projects = new ProjectPolicies((isChanged) => this.#announce(isChanged));
    this.#stamp = this.#stampOfFiles();
    const read = readPolicyTexts(locations);
    const { set, problems } = parsePolicySet(read.texts);
    this.#problems = [...read.problems, ...problems];
    this.#loaded = { set, texts: usable(read.texts, this.#problems) };
    this.#timer = setInterval(() => this.#poll(), pollIntervalMs);
    this.#timer.unref();
  }

  get generation(): number {
    return this.#generation;
  }

  /** What is wrong with the files, those of the workspaces in use included. */
  get problems(): readonly PolicyProblem[] {
    return [...this.#problems, ...this.#projects.problems];
  }

  /** The policy outside of any workspace. */
  get set(): PolicySet {
    return this.#loaded.set;
  }

  /** The texts that are in force everywhere. */
  get texts(): readonly PolicyText[] {
    return this.#loaded.texts;
  }

  /** The policy for a command of a workspace, not older than a second. */
  setFor(workspace: string | null): PolicySet {
    return workspace === null ? this.#loaded.set : this.#projects.setFor(workspace, this.#loaded);
  }

  /** The text of a file that is in force everywhere; null when none of it is. */
  textOf(file: string): string | null {
    return this.#loaded.texts.find((text) => text.file === file)?.text ?? null;
  }

  /** What the policy file of a workspace was when its policy was read; null without one that was. */
  stampFor(workspace: string | null): string | null {
    return workspace === null ? null : this.#projects.stampOf(workspace);
  }

  /** Reads all files again. A failure says what is wrong; what was good before stays in force then. */
  reload(): Result<PolicySet, string> {
    this.#load();
    this.#projects.reload(this.#loaded);
    const [problem] = this.problems;
    return problem === undefined ? success(this.#loaded.set) : failure(formatProblem(problem));
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#changed.dispose();
  }

  #poll(): void {
    if (this.#stamp !== this.#stampOfFiles()) this.#load();
  }

  #load(): void {
    this.#stamp = this.#stampOfFiles();
    const read = readPolicyTexts(this.#locations);
    const { set, problems: found } = parsePolicySet(read.texts);
    const problems = [...read.problems, ...found];
    const next = problems.length === 0 ? { set, texts: read.texts } : this.#mended(read.texts, problems);
    const isChanged = textsDiffer(next.texts, this.#loaded.texts);
    const isNews = isChanged || !sameProblems(this.#problems, problems);
    if (isChanged) this.#loaded = next;
    this.#problems = problems;
    if (isNews) this.#announce(isChanged);
  }

  /** The set with the last good text wherever a file is broken now; the old set when that does not fit together. */
  #mended(texts: readonly PolicyText[], problems: readonly PolicyProblem[]): LoadedPolicy {
    const good = usable(texts, problems);
    const kept = this.#loaded.texts.filter(
      ({ file }) => isBroken(file, problems) && !good.some((text) => text.file === file),
    );
    const mended = [...good, ...kept];
    const parsed = parsePolicySet(mended);
    return parsed.problems.length === 0 ? { set: parsed.set, texts: mended } : this.#loaded;
  }

  #announce(isChanged: boolean): void {
    if (isChanged) this.#generation += 1;
    this.#changed.fire({ generation: this.#generation, problems: this.problems });
  }

  #stampOfFiles(): string {
    const { bundleFolder, home, files } = this.#locations;
    const builtin = bundleFolder === null ? [] : [builtinPolicyFile(bundleFolder)];
    const user = home === null ? [] : filesIn(userPolicyFolder(home));
    return [...builtin, ...user, ...files].map(stampOf).join('\n');
  }
}

function usable(texts: readonly PolicyText[], problems: readonly PolicyProblem[]): readonly PolicyText[] {
  return texts.filter(({ file }) => !isBroken(file, problems));
}

/** A folder that cannot be listed breaks every file in it. */
function isBroken(file: string, problems: readonly PolicyProblem[]): boolean {
  return problems.some((problem) => problem.file === file || problem.file === dirname(file));
}

function textsDiffer(first: readonly PolicyText[], second: readonly PolicyText[]): boolean {
  const isSame = (text: PolicyText, index: number): boolean =>
    text.file === second[index]?.file && text.text === second[index].text;
  return first.length !== second.length || !first.every(isSame);
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [folder];
  }
}
