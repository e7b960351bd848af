import type { Action, Decision, RuleReference } from '../protocol/decision.ts';
import { formatCommandWord } from '../protocol/commandText.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import { Call } from './call.ts';
import { evaluate, isInScope, isRuleMatch } from './evaluate.ts';
import type { EvaluationWorld } from './evaluationWorld.ts';
import type { MatchReason } from './explainMatch.ts';
import { explainMatch } from './explainMatch.ts';
import type { Policy, PolicyOrigin, PolicySet } from './policySet.ts';
import { quoteWord } from './shellQuote.ts';
import type { Word } from './shellScript.ts';

/** One command that a request would run. */
export interface ExplainedCommand {
  /** Its words as they are written, quoted where they could be read as others. */
  readonly text: string;
  /** Where it runs; null when that is not known. */
  readonly directory: string | null;
  /** A rule that grants has to cover it. */
  readonly isGrantable: boolean;
  /** It runs on another machine or in a container. */
  readonly isElsewhere: boolean;
  readonly deletes: readonly { readonly path: string; readonly places: readonly string[] }[];
}

/** What one policy said. */
export interface ExplainedPolicy {
  readonly name: string;
  readonly file: string;
  readonly origin: PolicyOrigin;
  readonly priority: number;
  /** It speaks of the agent, session and tool. */
  readonly isInScope: boolean;
  /** Its first rule that matched; null when none did. */
  readonly rule: RuleReference | null;
  readonly action: Action | null;
  readonly reasons: readonly MatchReason[];
}

/** A decision with all that led to it. */
export interface Explanation {
  readonly decision: Decision;
  readonly commands: readonly ExplainedCommand[];
  /** Some shell text was read without the grammar. */
  readonly isFallback: boolean;
  /** There is more of it than is read. */
  readonly isCut: boolean;
  /** Every policy, in the order in which they were walked. */
  readonly policies: readonly ExplainedPolicy[];
  /** What a person can do to have it allowed; empty when it is. */
  readonly remedies: readonly string[];
}

/** Why a request is decided as `evaluate` decides it. It costs more than the decision alone. Never throws where `evaluate` answers. */
export function explain(set: PolicySet, request: ExecRequest, world: EvaluationWorld): Explanation {
  const decision = evaluate(set, request, world);
  const call = new Call(request, world, set.index.isSought);
  return {
    decision,
    commands: call.reading.components.map((component) => ({
      text: component.words.flatMap(writeWord).join(' '),
      directory: component.directory,
      isGrantable: component.isGrantable,
      isElsewhere: component.isElsewhere,
      deletes: call.deletionsOf(component).map(({ path, places }) => ({ path, places: [...places] })),
    })),
    isFallback: call.reading.isFallback,
    isCut: call.reading.isCut,
    policies: set.policies.map((policy) => explainPolicy(policy, call)),
    remedies: remediesOf(set, decision, request),
  };
}

/** None for the further words that one word becomes. */
function writeWord({ text, written, isKnown, isGlob }: Word): readonly string[] {
  if (written === null) return [];
  // What the shell puts something in for is no text to be quoted; spaces are in double quotes, as in the source.
  const isLiteral = isKnown && !isGlob && written === text;
  if (isLiteral) return [formatCommandWord(written)];
  return [/\s/.test(written) ? `"${written}"` : written];
}

function explainPolicy(policy: Policy, call: Call): ExplainedPolicy {
  const inScope = isInScope(policy, call.request);
  const rule =
    inScope && !call.reading.isCut ? policy.rules.find((each) => isRuleMatch(each, call)) : undefined;
  return {
    name: policy.name,
    file: policy.file,
    origin: policy.origin,
    priority: policy.priority,
    isInScope: inScope,
    rule: rule?.reference ?? null,
    action: rule?.action ?? null,
    reasons: rule === undefined ? [] : explainMatch(rule.when, call),
  };
}

function remediesOf(set: PolicySet, { action, rule }: Decision, request: ExecRequest): readonly string[] {
  if (action === 'allow' || action === 'watch') return [];
  const allow = `rampart allow ${quoteWord(request.command)}`;
  if (rule === null) return [allow];
  const policy = set.policies.find(({ name }) => name === rule.policy);
  const change =
    policy?.origin === 'builtin'
      ? `switch off ${rule.policy}, of which rule ${rule.index + 1} decided: rampart policy packs disable ${rule.policy}`
      : `change rule ${rule.index + 1} of ${rule.policy}, ${rule.file}:${rule.line}`;
  // A denial wins over every rule that allows.
  return action === 'deny' ? [change] : [allow, change];
}
