import { respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';
import { ruleCountOf } from './policies.ts';

/** `GET /v1/status`: what is in force. */
export const handleStatus: Handler = (_request, parts) =>
  respond(200, {
    config_path: parts.configPath,
    mode: parts.mode.mode,
    default_action: parts.policy.set.defaultAction,
    policy_count: parts.policy.set.policies.length,
    rule_count: ruleCountOf(parts.policy.set),
    call_counts: parts.deciders.counts.read(),
    problems: parts.problems(),
    lost_records: parts.lostRecords(),
    upstream: parts.deciders.upstream?.view ?? null,
  });
