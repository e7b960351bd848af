import { messageOf } from '../base/assert.ts';
import type { Action, Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import { Call } from './call.ts';
import type { EvaluationWorld } from './evaluationWorld.ts';
import { isMatch, isRestricting } from './matchRule.ts';
import type { PlacedRule, Policy, PolicySet, Rule } from './policySet.ts';

/** How long a decision may take: an asker that waits longer takes it that nobody is there, and goes on. */
const maxDecisionMs = 1_000;

/** What the policies say of a request. Total: it has an answer for every request, and never throws. */
export function evaluate(set: PolicySet, request: ExecRequest, world: EvaluationWorld): Decision {
  try {
    return decide(set, new Call(request, world, set.index.isSought));
  } catch (thrown) {
    // A defect of ours must not become an answer that the asker takes for "nobody there".
    return defaultDecision('deny', `the policy could not be evaluated: ${messageOf(thrown)}`, []);
  }
}

function decide(set: PolicySet, call: Call): Decision {
  if (call.reading.isCut) return tooMuch('is too long or too deeply nested');
  const firings: PlacedRule[] = [];
  /** The policy at hand, and whether nothing more is to be asked of it. */
  let current: Policy | null = null;
  let isDone = false;
  for (const { policy, rule } of set.index.find(call)) {
    if (policy !== current) {
      if (call.elapsed() > maxDecisionMs) return tooMuch('takes too long');
      current = policy;
      isDone = !isInScope(policy, call.request);
    }
    if (isDone || !isRuleMatch(rule, call)) continue;
    isDone = true;
    if (mayFire(policy, rule)) firings.push({ policy, rule });
  }
  if (call.elapsed() > maxDecisionMs) return tooMuch('takes too long');
  const decision = choose(set.defaultAction, firings);
  return isForEveryone(set, decision, firings) ? withGrounds(decision, call) : decision;
}

function isForEveryone(set: PolicySet, { action }: Decision, firings: readonly PlacedRule[]): boolean {
  return (
    action === 'allow' &&
    !firings.some(({ rule }) => rule.isOnce) &&
    !set.policies.some(({ origin }) => origin === 'project')
  );
}

/** Written out, because copying an object takes as long as some decisions. */
function withGrounds(decision: Decision, call: Call): Decision {
  const { action, message, matchedPolicies, rule } = decision;
  if (call.isSelfContained()) return { action, message, matchedPolicies, rule, cacheable: true };
  const unlinked = call.unlinkedPaths();
  return unlinked === null ? decision : { action, message, matchedPolicies, rule, unlinked };
}

function tooMuch(why: string): Decision {
  return defaultDecision('deny', `the command ${why} to be judged; split it up`, []);
}

/** Whether a policy speaks of the agent, session and tool of a request. */
export function isInScope({ agent, session, tools }: Policy, request: ExecRequest): boolean {
  return (
    (agent === null || agent.source === '*' || agent.test(request.agent)) &&
    (session === null || session.source === '*' || session.test(request.session)) &&
    (tools === null || tools.some((tool) => tool.test(request.tool)))
  );
}

/** Whether a rule holds for a call. The clock is looked at last: what a rule does not speak of does not depend on it. */
export function isRuleMatch({ expiresAt, when, action }: Rule, call: Call): boolean {
  return (
    isMatch(when, call, !isRestricting(action)) &&
    (expiresAt === null || isInForce(expiresAt, call.world.now()))
  );
}

/** Whether a rule that may expire still holds; times are milliseconds since 1970. */
export function isInForce(expiresAt: number | null, now: number): boolean {
  return expiresAt === null || now < expiresAt;
}

/** A project may only tighten: what its rules grant says nothing. */
export function mayFire(policy: Policy, rule: Rule): boolean {
  return policy.origin !== 'project' || isRestricting(rule.action) || rule.action === 'watch';
}

/** From the strongest on. */
const strength: readonly Action[] = ['webhook', 'ask', 'watch', 'allow'];

/** The decision of the rules that matched: a denial wins over all, then what a person allowed by hand, then the strongest. */
export function choose(defaultAction: Action, firings: readonly PlacedRule[]): Decision {
  const names = firings.map(({ policy }) => policy.name);
  const denial = firings.find(({ rule }) => rule.action === 'deny');
  if (denial !== undefined) return ruleDecision(denial, names);
  const durable = firings.find(({ policy, rule }) => policy.isDurable && rule.action === 'allow');
  if (durable !== undefined) return ruleDecision(durable, names);
  const strongest = strength
    .map((action) => firings.filter(({ rule }) => rule.action === action))
    .find((found) => found.length > 0);
  const isOnlyProject = firings.every(({ policy }) => policy.origin === 'project');
  const winner =
    strongest?.find(({ rule }) => rule.action !== 'allow' || rule.message !== '') ?? strongest?.[0];
  if (winner === undefined || (isOnlyProject && isStronger(defaultAction, winner.rule.action)))
    return defaultDecision(defaultAction, defaultMessage(defaultAction), names);
  return ruleDecision(winner, names);
}

/** Whether a default holds although only rules of a project matched. */
function isStronger(defaultAction: Action, action: Action): boolean {
  if (defaultAction === 'deny') return true;
  return strength.indexOf(defaultAction) < strength.indexOf(action);
}

function ruleDecision({ rule }: PlacedRule, names: readonly string[]): Decision {
  return { action: rule.action, message: rule.message, matchedPolicies: names, rule: rule.reference };
}

function defaultDecision(action: Action, message: string, names: readonly string[]): Decision {
  return { action, message, matchedPolicies: names.length === 0 ? null : names, rule: null };
}

function defaultMessage(action: Action): string {
  return isRestricting(action) ? 'no rule allows this command' : '';
}
