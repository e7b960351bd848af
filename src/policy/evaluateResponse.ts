import { messageOf } from '../base/assert.ts';
import type { Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import { Call } from './call.ts';
import type { Condition } from './condition.ts';
import { isInForce, isInScope } from './evaluate.ts';
import type { EvaluationWorld } from './evaluationWorld.ts';
import { isMatch, isRestricting } from './matchRule.ts';
import type { PolicySet, Rule } from './policySet.ts';

/** The longest answer of a tool that is searched. */
const maxResponseLength = 1_048_576;

/**
 * What the policies say of a tool's answer: only rules with a condition on it are asked, and where none restricts it is
 * allowed. `ask` and `webhook` come too late and mean deny. An answer too long to be searched is denied where there is such a rule.
 * Total: it never throws.
 */
export function evaluateResponse(
  set: PolicySet,
  request: ExecRequest,
  response: string,
  world: EvaluationWorld,
): Decision {
  try {
    return decide(set, new Call(request, world, set.index.isSought), response);
  } catch (thrown) {
    return refuse(`the answer could not be judged: ${messageOf(thrown)}`);
  }
}

function decide(set: PolicySet, call: Call, response: string): Decision {
  const asked = set.policies
    .filter((policy) => isInScope(policy, call.request))
    .map(({ name, rules }) => ({ name, rules: rules.filter((rule) => isAsked(rule, call)) }))
    .filter(({ rules }) => rules.length > 0);
  if (asked.length > 0 && response.length > maxResponseLength)
    return refuse('the answer is too long to be searched');
  const fired = asked.flatMap(({ name, rules }) => {
    const rule = rules.find(({ when }) => isResponseMatch(when, response));
    return rule === undefined ? [] : [{ name, rule }];
  });
  const names = fired.length === 0 ? null : fired.map(({ name }) => name);
  const denial = fired.find(({ rule }) => isRestricting(rule.action) || rule.action === 'webhook');
  const winner = denial ?? fired.find(({ rule }) => rule.action === 'watch') ?? fired[0];
  if (winner === undefined) return { action: 'allow', message: '', matchedPolicies: null, rule: null };
  const { message, reference, action } = winner.rule;
  return { action: denial === undefined ? action : 'deny', message, matchedPolicies: names, rule: reference };
}

/** Whether a rule is about answers, and all else that it asks holds for the call. */
function isAsked({ when, action, expiresAt }: Rule, call: Call): boolean {
  if (when.response === null && when.notResponse === null) return false;
  const ofCall: Condition = { ...when, response: null, notResponse: null };
  return (
    (expiresAt === null || isInForce(expiresAt, call.world.now())) &&
    isMatch(ofCall, call, !isRestricting(action))
  );
}

/** An exclusion alone never matches. */
function isResponseMatch({ response, notResponse }: Condition, text: string): boolean {
  if (response?.some((pattern) => pattern.test(text)) !== true) return false;
  return notResponse?.some((pattern) => pattern.test(text)) !== true;
}

function refuse(message: string): Decision {
  return { action: 'deny', message, matchedPolicies: null, rule: null };
}
