import { respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** `GET /v1/policy/summary`: one entry for every rule, in the order in which they are walked. */
export const handlePolicySummary: Handler = (_request, parts) => {
  const { policies, defaultAction } = parts.policy.set;
  const rules = policies.flatMap(({ name, rules: own }) =>
    own.map(({ action, message, reference }) => ({
      name,
      action,
      summary: message === '' ? `rule ${reference.index + 1} of ${name}` : message,
    })),
  );
  const summary = `${rules.length} rules in ${policies.length} policies; otherwise ${defaultAction}`;
  return respond(200, { default_action: defaultAction, rules, summary });
};
