import type { PolicySet } from '../../policy/policySet.ts';
import { respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** `GET /v1/policies`: the policies in the order they are walked, and what is wrong with the files. */
export const handlePolicies: Handler = (_request, parts) => {
  const { policies, defaultAction } = parts.policy.set;
  return respond(200, {
    policies: policies.map(({ name, priority, file, rules, tools, agent }) => ({
      name,
      priority,
      source_file: file,
      ...(tools === null ? {} : { match_tools: tools.map(({ source }) => source) }),
      ...(agent === null ? {} : { match_agent: agent.source }),
      rule_count: rules.length,
    })),
    default_action: defaultAction,
    count: policies.length,
    problems: parts.policy.problems,
  });
};

/** How many rules a set has. */
export function ruleCountOf(set: PolicySet): number {
  return set.policies.reduce((sum, { rules }) => sum + rules.length, 0);
}
