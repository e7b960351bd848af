import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { YAMLMap } from 'yaml';

/** A rule as a tool wrote it, with its address in the file. */
export interface ListedRule {
  readonly policy: string;
  /** Position among the rules of its policy, from 0. */
  readonly index: number;
  readonly action: string;
  readonly tool: string;
  /** The first pattern of commands or paths; empty when the rule has none. */
  readonly pattern: string;
  /** RFC 3339; null when not given, as are the others. */
  readonly added: string | null;
  readonly expiresAt: string | null;
  readonly isOnce: boolean;
}

/** The rules of a policy file in their order; what has not the form in which tools write them is left out. */
export function listRules(text: string): readonly ListedRule[] {
  const root = parseDocument(text).contents;
  const policies = isMap(root) ? root.get('policies') : null;
  return isSeq(policies) ? policies.items.filter((item) => isMap(item)).flatMap(rulesOf) : [];
}

function rulesOf(policy: YAMLMap): readonly ListedRule[] {
  const name = textIn(policy, 'name') ?? '';
  const tool = textIn(policy, 'match', 'tool', 0) ?? textIn(policy, 'match', 'tool') ?? 'exec';
  const rules = policy.get('rules');
  const maps = isSeq(rules) ? rules.items.filter((item) => isMap(item)) : [];
  return maps.map((rule, index) => ({
    policy: name,
    index,
    action: textIn(rule, 'action') ?? '',
    tool,
    pattern: textIn(rule, 'when', 'command_matches', 0) ?? textIn(rule, 'when', 'path_matches', 0) ?? '',
    added: textIn(rule, 'added'),
    expiresAt: textIn(rule, 'expires_at'),
    isOnce: rule.get('once') === true,
  }));
}

function textIn(map: YAMLMap, ...path: readonly (string | number)[]): string | null {
  const node = map.getIn(path, true);
  return isScalar(node) && typeof node.value === 'string' ? node.value : null;
}
