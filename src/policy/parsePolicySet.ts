import type { Action } from '../protocol/decision.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import type { FilePolicy, PolicyFile } from './parsePolicyFile.ts';
import { isDurableFile, parsePolicyFile } from './parsePolicyFile.ts';
import type { Policy, PolicySet, PolicySource } from './policySet.ts';
import { RuleIndex } from './ruleIndex.ts';

/** Policy files put together, and what kept some of them out. */
export interface ParsedPolicySet {
  readonly set: PolicySet;
  readonly problems: readonly PolicyProblem[];
}

/**
 * Reads policy files and puts them together. A file with a problem contributes nothing to the set.
 * A user's policy takes the place of a built-in one of the same name, also when it is switched off; a project's policy
 * whose name is taken is left out. Without any default action it is deny. Never throws.
 */
export function parsePolicySet(sources: readonly PolicySource[]): ParsedPolicySet {
  const files = sources.map(parsePolicyFile);
  const problems = files.flatMap((file) => file.problems);
  const sound = files.filter((file) => file.problems.length === 0);
  const taken = new Map<string, string>();
  const policies: Policy[] = [];
  for (const origin of ['user', 'builtin', 'project'] as const) {
    const before = new Set(taken.keys());
    for (const file of sound.filter(({ source }) => source.origin === origin)) {
      const repeated =
        origin === 'user' ? file.policies.find(({ policy }) => taken.has(policy.name)) : undefined;
      if (repeated !== undefined) problems.push(problemOf(repeated, taken.get(repeated.policy.name) ?? ''));
      else policies.push(...takeNew(file, before, taken));
    }
  }
  policies.sort((first, second) => first.priority - second.priority);
  const index = new RuleIndex(policies);
  const namesCompilerFiles = sources.some(({ text }) => compilerFilePattern.test(text));
  return { set: { policies, index, defaultAction: chooseDefault(sound), namesCompilerFiles }, problems };
}

/** The beginning of such a name, or the end of a wildcard before it. */
const compilerFilePattern = /[/*?]cc[\w?*[]/i;

function takeNew(
  file: PolicyFile,
  before: ReadonlySet<string>,
  taken: Map<string, string>,
): readonly Policy[] {
  const fresh = file.policies.filter(({ policy }) => !before.has(policy.name));
  for (const { policy } of fresh) taken.set(policy.name, file.source.file);
  return fresh.filter(({ isEnabled }) => isEnabled).map(({ policy }) => policy);
}

function problemOf({ policy, line, column }: FilePolicy, other: string): PolicyProblem {
  const message = `policy ${policy.name} already stands in ${other}`;
  return { file: policy.file, line, column, message };
}

/**
 * The first default that a file gives: a user's, then the built-in one. What a person allowed by hand is only asked when
 * nobody else says anything, because tools write a default into those files unasked.
 */
function chooseDefault(files: readonly PolicyFile[]): Action {
  const rank = ({ source }: PolicyFile): number => {
    if (isDurableFile(source.file)) return 2;
    return source.origin === 'user' ? 0 : 1;
  };
  const speaking = files
    .filter(({ source, defaultAction }) => source.origin !== 'project' && defaultAction !== null)
    .sort((first, second) => rank(first) - rank(second));
  return speaking[0]?.defaultAction ?? 'deny';
}
