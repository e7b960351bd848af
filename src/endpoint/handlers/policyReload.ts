import { refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';
import { ruleCountOf } from './policies.ts';

/** `POST /v1/policy/reload`: reads the files again. 500 when one is broken; what was good stays in force. */
export const handlePolicyReload: Handler = ({ caller }, parts) => {
  const { reload } = parts.pauses;
  if (reload.isOn(caller)) return refuse(429, 'the policy was read within the last second: try again');
  reload.begin();
  const started = performance.now();
  const reloaded = parts.policy.reload();
  if (!reloaded.ok) return respond(500, { success: false, error: reloaded.error });
  return respond(200, {
    success: true,
    policies_loaded: reloaded.value.policies.length,
    rules_total: ruleCountOf(reloaded.value),
    reload_time_ms: Math.round(performance.now() - started),
  });
};
