import { basename } from 'node:path';
import type { Policy, Rule } from '../policy/policySet.ts';
import type { PolicyText } from '../system/policySources.ts';
import { handRulesFile, projectPolicyFile } from '../system/policySources.ts';

/** Where a rule that a person adds by hand is written, and the policy that holds it. */
export interface RulePlace {
  readonly file: string;
  readonly policy: string;
  readonly origin: PolicyText['origin'];
}

/** Files of rules that tools write for a person: ours, and the peer's. */
const handFiles: readonly string[] = ['by-hand', 'user-overrides', 'auto-allowed', 'custom'];

/** The policy of a workspace's own blocks; another name than the user's, for a project cannot take a name. */
const projectBlocks = 'project-blocks';

/**
 * Where a rule for everywhere goes: the file that the endpoint, too, writes such rules to, and whose allowances win over
 * everything but a denial. `name` is the peer's for the pattern.
 */
export function handPlace(home: string, action: 'allow' | 'deny', name: string): RulePlace {
  const policy = name.replace('user-allow', `by-hand-${action}`);
  return { file: handRulesFile(home), policy, origin: 'user' };
}

/** Where a block for one workspace goes. */
export function projectBlockPlace(workspace: string): RulePlace {
  return { file: projectPolicyFile(workspace), policy: projectBlocks, origin: 'project' };
}

/** A rule in force with the policy that it stands in. */
export interface ListedRule {
  /** From 1 for rules that were added by hand; null for all others. */
  readonly number: number | null;
  readonly policy: Policy;
  readonly rule: Rule;
}

/** Every rule in force: those that were added by hand first and with numbers, the others as they are walked. */
export function listRules(policies: readonly Policy[]): readonly ListedRule[] {
  const all = policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })));
  const own = all.filter(isOwn);
  return [
    ...own.map((entry, index) => ({ number: index + 1, ...entry })),
    ...all.filter((entry) => !isOwn(entry)).map((entry) => ({ number: null, ...entry })),
  ];
}

function isOwn({ policy }: { readonly policy: Policy }): boolean {
  const name = basename(policy.file).replace(/\.ya?ml$/, '');
  return policy.origin === 'user' ? handFiles.includes(name) : policy.name === projectBlocks;
}
