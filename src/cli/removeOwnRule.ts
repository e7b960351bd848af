import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { removeRule } from '../policy/editPolicyFile.ts';
import { changeFile } from '../system/changeFile.ts';
import { say } from './command.ts';
import { describeRule } from './describeRule.ts';
import { exitStatus } from './exitStatus.ts';
import { formatRule } from './formatExplanation.ts';
import type { Permission } from './permission.ts';
import { tellEndpoint } from './permission.ts';
import type { ListedRule } from './ownRules.ts';
import { listRules } from './ownRules.ts';
import { loadChosenPolicy } from './policyOptions.ts';
import type { RuleChange } from './ruleChange.ts';

/** Takes out the rule of this number or name, and gives the exit status. */
export async function removeOwnRule(
  wanted: string,
  permission: Permission,
  { choice, context, isJson }: RuleChange,
): Promise<number> {
  const policy = await loadChosenPolicy(choice, context);
  const found = policy.ok ? findRule(listRules(policy.value.set.policies), wanted) : policy;
  if (!found.ok) {
    say(context, found.error);
    return exitStatus.failed;
  }
  const { rule } = found.value;
  const { file, policy: name, index } = rule.reference;
  const changed = changeFile(file, (text) => removeRule(text, name, index));
  if (!changed.ok) {
    say(context, changed.error);
    return exitStatus.failed;
  }
  const text = `removed ${rule.action} of ${describeRule(rule)}, ${formatRule(rule.reference)}`;
  const json = { removed: true, policy: name, rule: index, action: rule.action, file };
  context.output.out(`${isJson ? JSON.stringify(json) : text}\n`);
  return (await tellEndpoint(permission, context)) ? exitStatus.done : exitStatus.failed;
}

function findRule(rules: readonly ListedRule[], wanted: string): Result<ListedRule, string> {
  const own = rules.filter(({ number }) => number !== null);
  const [, name = wanted, place] = /^(.*)#(\d+)$/.exec(wanted) ?? [];
  const found = /^\d+$/.test(wanted)
    ? own.filter(({ number }) => number === Number(wanted))
    : own.filter(
        ({ policy, rule }) =>
          policy.name === name && (place === undefined || rule.reference.index + 1 === Number(place)),
      );
  const [first, second] = found;
  if (first === undefined)
    return failure(
      rules.some(({ policy }) => policy.name === name)
        ? `\`${wanted}\` was not added by hand: change its file, or switch it off with \`rampart policy packs disable\``
        : `no rule that was added by hand is called \`${wanted}\`; \`rampart rules --own\` lists them`,
    );
  return second === undefined
    ? success(first)
    : failure(`${name} has ${found.length} rules: say which, such as ${name}#1`);
}
