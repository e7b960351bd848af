import { isRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { exactPattern } from '../../policy/editPolicyFile.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** Tools for which a rule can be made, and the longest pattern, in characters; the peer's. */
const ruleTools: readonly string[] = ['exec', 'read', 'write', 'edit'];
const maxPatternLength = 8_192;

/** `GET /v1/rules/auto-allowed`: what persons allowed one by one. */
export const handleAllowedRules: Handler = (_request, parts) => {
  const rules = parts.handRules.list();
  if (!rules.ok) return refuse(500, rules.error);
  return respond(200, {
    rules: rules.value.map(({ policy, index, tool, pattern, added }) => ({
      index,
      tool,
      ...(tool === 'exec' ? { command_pattern: pattern } : { command_pattern: '', path_pattern: pattern }),
      name: policy,
      ...(added === null ? {} : { created: added }),
    })),
  });
};

/** `DELETE /v1/rules/auto-allowed/{name}`: takes the rules out that stand under a name. */
export const handleAllowedRuleRemoval: Handler = (_request, parts, name) => {
  const removed = parts.handRules.remove(name);
  if (!removed.ok) return refuse(500, removed.error);
  if (!removed.value) return refuse(404, 'there is no such rule');
  parts.policy.reload();
  return respond(200, { deleted: true });
};

/** `POST /v1/rules/learn`: allows exactly this from now on. */
export const handleRuleLearning: Handler = (request, parts) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const lesson = parseLesson(body.value);
  if (!lesson.ok) return refuse(400, lesson.error);
  const { learn } = parts.pauses;
  if (learn.isOn(request.caller)) return refuse(429, 'a rule was written a moment ago: try again');
  const { tool, args, source } = lesson.value;
  const pattern = exactPattern(args);
  const added = new Date(parts.deciders.clock.now()).toISOString();
  const rule = {
    action: 'allow',
    tool,
    pattern,
    message: null,
    expiresAt: null,
    isOnce: false,
    added,
  } as const;
  const written = parts.handRules.add(rule);
  if (!written.ok) return refuse(500, written.error);
  const { name, isNew } = written.value;
  const learnt = { rule_name: name, tool, pattern, decision: 'allow' } as const;
  if (isNew) {
    learn.begin();
    parts.policy.reload();
    parts.stream.publish({ type: 'rule.learned', ...learnt });
  }
  return respond(isNew ? 201 : 409, { ...learnt, source });
};

interface Lesson {
  readonly tool: string;
  readonly args: string;
  readonly source: string;
}

function parseLesson(value: unknown): Result<Lesson, string> {
  if (!isRecord(value)) return failure('the body is not a JSON object');
  const { tool, args, decision, source } = value;
  if (typeof tool !== 'string' || !ruleTools.includes(tool)) {
    return failure(`tool is one of ${ruleTools.join(', ')}`);
  }
  if (typeof args !== 'string' || args.trim() === '' || args.length > maxPatternLength) {
    return failure(`args is a text of at most ${maxPatternLength} characters`);
  }
  if (decision !== 'allow') return failure('decision is allow');
  return success({ tool, args, source: typeof source === 'string' ? source : '' });
}
