import { basename, join } from 'node:path';
import type { Policy, Rule } from '../policy/policySet.ts';
import type { PolicyText } from '../system/policySources.ts';
import { projectPolicyFile, userPolicyFolder } from '../system/policySources.ts';

/** Where a rule that a person adds by hand is written, and the policy that holds it. */
export interface RulePlace {
  readonly file: string;
  readonly policy: string;
  readonly origin: PolicyText['origin'];
}

/** Files of rules that tools write for a person; the peer's names where both write the same. */
const handFiles: readonly string[] = ['user-overrides', 'auto-allowed', 'rampart-blocks', 'custom'];

/** The policy of a workspace's own blocks; another name than the user's, for a project cannot take a name. */
const projectBlocks = 'project-blocks';

/** Where an allowance goes: a file whose rules win over everything but a denial. `name` is that of its pattern. */
export function allowancePlace(home: string, name: string): RulePlace {
  return { file: join(userPolicyFolder(home), 'user-overrides.yaml'), policy: name, origin: 'user' };
}

/** Where a block goes. */
export function blockPlace(home: string): RulePlace {
  return {
    file: join(userPolicyFolder(home), 'rampart-blocks.yaml'),
    policy: 'rampart-blocks',
    origin: 'user',
  };
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
