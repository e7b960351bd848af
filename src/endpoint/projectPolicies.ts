import { parsePolicySet } from '../policy/parsePolicySet.ts';
import type { PolicySet } from '../policy/policySet.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { projectPolicyFile, readProjectPolicy } from '../system/policySources.ts';
import type { PolicyText } from '../system/policySources.ts';
import { sameProblems, stampOf } from './policyFile.ts';
import type { LoadedPolicy } from './policyFile.ts';

/** How long a workspace's file is taken as unchanged, in milliseconds. */
const maxAgeMs = 1_000;

/** How many workspaces' policies are kept ready; the one that was loaded first goes. */
const maxProjects = 256;

interface Project {
  readonly set: PolicySet;
  readonly problems: readonly PolicyProblem[];
  /** The text in force; null when the workspace has none. */
  readonly text: PolicyText | null;
  readonly stamp: string;
  /** What holds everywhere, as it was when the set was made. */
  readonly base: LoadedPolicy;
  checkedAt: number;
}

/**
 * The policies of workspaces, each together with what holds everywhere. A broken file leaves its last good text
 * in force.
 */
export class ProjectPolicies {
  readonly #onNews: (isChanged: boolean) => void;
  readonly #projects = new Map<string, Project>();

  /** `onNews` is called when a workspace's policy or its problems are others than before. */
  constructor(onNews: (isChanged: boolean) => void) {
    this.#onNews = onNews;
  }

  get problems(): readonly PolicyProblem[] {
    return [...this.#projects.values()].flatMap(({ problems }) => problems);
  }

  /** The policy for a workspace, not older than a second. */
  setFor(workspace: string, base: LoadedPolicy): PolicySet {
    const now = performance.now();
    const known = this.#projects.get(workspace);
    if (known?.base !== base) return this.#load(workspace, base).set;
    if (now - known.checkedAt < maxAgeMs) return known.set;
    if (known.stamp !== stampOf(projectPolicyFile(workspace))) return this.#load(workspace, base).set;
    known.checkedAt = now;
    return known.set;
  }

  /** What the file of a workspace was when the policy in force for it was read; null when none was. */
  stampOf(workspace: string): string | null {
    return this.#projects.get(workspace)?.stamp ?? null;
  }

  /** Reads every workspace's file again. */
  reload(base: LoadedPolicy): void {
    for (const workspace of [...this.#projects.keys()]) this.#load(workspace, base);
  }

  #load(workspace: string, base: LoadedPolicy): Project {
    const stamp = stampOf(projectPolicyFile(workspace));
    const known = this.#projects.get(workspace) ?? null;
    const project: Project = {
      ...readProject(workspace, base, known),
      stamp,
      base,
      checkedAt: performance.now(),
    };
    this.#keep(workspace, project);
    const isChanged = (known?.text?.text ?? null) !== (project.text?.text ?? null);
    if (isChanged || !sameProblems(known?.problems ?? [], project.problems)) this.#onNews(isChanged);
    return project;
  }

  #keep(workspace: string, project: Project): void {
    this.#projects.delete(workspace);
    const [oldest] = this.#projects.keys();
    if (oldest !== undefined && this.#projects.size >= maxProjects) this.#projects.delete(oldest);
    this.#projects.set(workspace, project);
  }
}

function readProject(
  workspace: string,
  base: LoadedPolicy,
  known: Project | null,
): Pick<Project, 'set' | 'problems' | 'text'> {
  const { text: found, problem } = readProjectPolicy(workspace);
  if (problem !== null) return { ...withText(base, known?.text ?? null), problems: [problem] };
  if (found === null) return { set: base.set, text: null, problems: [] };
  const parsed = parsePolicySet([...base.texts, found]);
  const problems = parsed.problems.filter(({ file }) => file === found.file);
  if (problems.length === 0) return { set: parsed.set, text: found, problems };
  return { ...withText(base, known?.text ?? null), problems };
}

function withText(base: LoadedPolicy, text: PolicyText | null): Pick<Project, 'set' | 'text'> {
  return { set: text === null ? base.set : parsePolicySet([...base.texts, text]).set, text };
}
