import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { removeRule } from '../policy/editPolicyFile.ts';
import type { RuleReference } from '../protocol/decision.ts';
import { changeFile } from '../system/changeFile.ts';
import type { PolicyStore } from './policyStore.ts';

/**
 * Takes a rule of the user that is for one decision out of its file and out of force; any other rule stays. When this has
 * succeeded the rule decides nothing more, also after a crash. Fails, with the reason, when the file is not what was in force
 * or cannot be written; what stands in it now is in force then.
 */
export function useUpRule(rule: RuleReference | null, policy: PolicyStore): Result<null, string> {
  try {
    if (rule === null || !isForOneDecision(rule, policy)) return success(null);
    const { file, policy: name, index } = rule;
    const inForce = policy.textOf(file);
    const changed = changeFile(file, (text) =>
      text === inForce ? removeRule(text, name, index) : failure('it was changed meanwhile'),
    );
    policy.reload();
    return changed.ok ? success(null) : changed;
  } catch (thrown) {
    return failure(messageOf(thrown));
  }
}

/** A rule of a project only tightens, so that it may stay; its file is the project's. */
function isForOneDecision({ policy: name, file, index }: RuleReference, { set }: PolicyStore): boolean {
  const found = set.policies.find((policy) => policy.name === name && policy.file === file);
  return found?.origin === 'user' && found.rules[index]?.isOnce === true;
}
