import type { CommandCondition, Condition } from '../policy/condition.ts';
import type { Rule } from '../policy/policySet.ts';

/** The keys of a condition as a policy file has them. */
const commandKeys: Readonly<Record<Exclude<keyof CommandCondition, 'hasEffects'>, string>> = {
  matches: 'command_matches',
  contains: 'command_contains',
  notMatches: 'command_not_matches',
  runs: 'runs',
  runsHere: 'runs_here',
  mentions: 'mentions',
  onOwn: 'on_own',
  deletes: 'deletes',
  changesRights: 'changes_rights',
  operation: 'operation',
  signals: 'signals',
  mounts: 'mounts',
  reads: 'reads',
  writes: 'writes',
};

const conditionKeys: Readonly<Partial<Record<keyof Condition, string>>> = {
  environmentAssignments: 'command_env_assignments',
  environmentRemovals: 'command_env_removals',
  sends: 'sends',
  runsCodeFrom: 'runs_code_from',
  path: 'path_matches',
  notPath: 'path_not_matches',
  url: 'url_matches',
  domain: 'domain_matches',
  parameters: 'tool_param_matches',
  session: 'session_matches',
  notSession: 'session_not_matches',
  depth: 'agent_depth',
  callCount: 'call_count',
  response: 'response_matches',
  notResponse: 'response_not_matches',
};

/** What a rule is about, on one line: `command_matches: a, b; runs_here: true`. */
export function describeRule({ when }: Rule): string {
  if (when.always) return 'everything';
  const { command } = when;
  const parts = [
    ...(command === null ? [] : describeFields(command, commandKeys)),
    ...describeFields(when, conditionKeys),
  ];
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

function describeFields<Fields extends object>(
  fields: Fields,
  keys: Readonly<Partial<Record<keyof Fields, string>>>,
): readonly string[] {
  return Object.entries<string | undefined>(keys).flatMap(([field, key]) => {
    const value: unknown = Object.entries(fields).find(([name]) => name === field)?.[1] ?? null;
    return value === null || key === undefined ? [] : [`${key}: ${describeValue(value)}`];
  });
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(describeValue).join(', ');
  if (value instanceof Map) return [...value.keys()].join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('source' in value) return String(value.source);
  if ('each' in value) return describeValue(value.each);
  const known = Object.entries(value).filter(([, entry]) => entry !== null);
  return known.map(([name, entry]) => `${name} ${String(entry)}`).join(' ');
}
