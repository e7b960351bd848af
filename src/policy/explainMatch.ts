import { actsOnOwn } from './ownTarget.ts';
import type { Call, PlacedDeletion } from './call.ts';
import type { Component } from './component.ts';
import type { CommandCondition, Condition } from './condition.ts';
import { assignedNames, hostOf, removedNames } from './matchCall.ts';
import { PathPatterns } from './pathPatterns.ts';
import type { TargetClass } from './targetClass.ts';

/** Why one field of a condition holds. */
export interface MatchReason {
  /** The field, as it is written in a policy. */
  readonly field: string;
  /** Its entry that matched. */
  readonly entry: string;
  /** What it matched. */
  readonly subject: string;
}

/** The reasons for which a condition that holds does so, one for each of its fields; none when it holds for everything. */
export function explainMatch(condition: Condition, call: Call): readonly MatchReason[] {
  if (condition.always) return [];
  return [
    ...(condition.command === null ? [] : explainCommands(condition.command, call)),
    ...explainCall(condition, call),
  ];
}

interface Candidate {
  readonly field: string;
  readonly entries: readonly { readonly source: string; test(subject: string): boolean }[] | null;
  readonly subjects: readonly string[];
}

function explainCall(condition: Condition, call: Call): readonly MatchReason[] {
  const { request, reading } = call;
  const given = (value: string | null | undefined): readonly string[] => (value == null ? [] : [value]);
  const url = given(request.url);
  const candidates: readonly Candidate[] = [
    {
      field: 'path_matches',
      entries: pathEntries(condition.path === null ? null : new PathPatterns(condition.path), call),
      subjects: given(request.path),
    },
    { field: 'url_matches', entries: condition.url, subjects: url },
    {
      field: 'domain_matches',
      entries: condition.domain,
      subjects: url.flatMap((each) => hostOf(each) ?? []),
    },
    { field: 'session_matches', entries: condition.session, subjects: [request.session] },
    {
      field: 'sends',
      entries: pathEntries(condition.sends, call),
      subjects: condition.sends === null ? [] : call.sends().each,
    },
    {
      field: 'command_env_assignments',
      entries: condition.environmentAssignments,
      subjects: reading.components.flatMap(assignedNames),
    },
    {
      field: 'command_env_removals',
      entries: condition.environmentRemovals,
      subjects: reading.components.flatMap(removedNames),
    },
  ];
  return [
    ...candidates.flatMap((candidate) => firstReason(candidate) ?? []),
    ...explainNumbers(condition, call),
  ];
}

/** The fields that are no patterns. */
function explainNumbers(condition: Condition, call: Call): readonly MatchReason[] {
  const { request, reading } = call;
  const { depth, callCount, parameters, runsCodeFrom } = condition;
  const reasons: MatchReason[] = [];
  for (const entry of runsCodeFrom ?? [])
    if (call.codeSources().has(entry)) reasons.push({ field: 'runs_code_from', entry, subject: reading.raw });
  if (parameters !== null)
    reasons.push({
      field: 'tool_param_matches',
      entry: [...parameters.keys()].join(', '),
      subject: request.tool,
    });
  if (depth !== null)
    reasons.push({ field: 'agent_depth', entry: JSON.stringify(depth), subject: String(request.depth ?? 0) });
  if (callCount !== null)
    reasons.push({
      field: 'call_count',
      entry: `gte ${callCount.gte}`,
      subject: callCount.tool ?? request.tool,
    });
  return reasons;
}

function pathEntries(patterns: PathPatterns | null, call: Call): Candidate['entries'] {
  return (
    patterns?.each.map((pattern) => ({
      source: pattern.source,
      test: (path) => pattern.test(path, call.world),
    })) ?? null
  );
}

function firstReason({ field, entries, subjects }: Candidate): MatchReason | null {
  for (const entry of entries ?? []) {
    const subject = subjects.find((each) => entry.test(each));
    if (subject !== undefined) return { field, entry: entry.source, subject };
  }
  return null;
}

/** The reasons of the first command for which all fields hold that are about commands. */
function explainCommands(condition: CommandCondition, call: Call): readonly MatchReason[] {
  const fields = Object.values({ ...condition, notMatches: null, hasEffects: null }).filter(
    (part) => part !== null,
  );
  const isText = condition.matches !== null && condition.contains !== null;
  const wanted = fields.length - (isText ? 1 : 0);
  for (const component of call.reading.components) {
    const reasons = explainComponent(condition, component, call);
    if (reasons.length >= wanted) return reasons;
  }
  const { raw, whole } = call.reading;
  const line = firstReason({ field: 'command_matches', entries: condition.matches, subjects: [raw, whole] });
  return line === null ? explainSubstring(condition.contains, raw) : [line];
}

function explainComponent(
  condition: CommandCondition,
  component: Component,
  call: Call,
): readonly MatchReason[] {
  const { matches, contains, runs, runsHere, onOwn, mentions, reads, writes } = condition;
  const { text } = component;
  const named = firstReason({
    field: 'command_matches',
    entries: matches,
    subjects: call.textsOf(component),
  });
  const shape = runs?.each.find((each) => each.test(call.sortedOf(component), false));
  const file = (
    field: string,
    patterns: PathPatterns | null,
    paths: readonly string[],
  ): readonly MatchReason[] => {
    const reason = firstReason({ field, entries: pathEntries(patterns, call), subjects: paths });
    return reason === null ? [] : [reason];
  };
  return [
    ...(named === null ? explainSubstring(contains, call.searchedText(component)) : [named]),
    ...(shape === undefined ? [] : [{ field: 'runs', entry: shape.source, subject: text }]),
    ...explainFact('runs_here', runsHere, () => !component.isElsewhere, text),
    ...explainFact('on_own', onOwn, () => actsOnOwn(component), text),
    ...explainSubstring(mentions, call.searchedText(component), 'mentions'),
    ...explainPlaces('deletes', condition.deletes, () => call.deletionsOf(component)),
    ...explainPlaces('changes_rights', condition.changesRights, () => call.rightsOf(component)),
    ...explainOperation(condition, component, call),
    ...(condition.signals !== null && call.signalsEndpoint(component)
      ? [{ field: 'signals', entry: condition.signals.join(', '), subject: text }]
      : []),
    ...file('mounts', condition.mounts, condition.mounts === null ? [] : call.mountsOf(component).each),
    ...file('reads', reads, reads === null ? [] : call.readsOf(component).each),
    ...file('writes', writes, writes === null ? [] : call.writesOf(component).each),
  ];
}

/** What is asked of a command with true or false, where it holds. */
function explainFact(
  field: string,
  wanted: boolean | null,
  read: () => boolean,
  subject: string,
): readonly MatchReason[] {
  return wanted === null || wanted !== read() ? [] : [{ field, entry: String(wanted), subject }];
}

function explainPlaces(
  field: string,
  names: readonly TargetClass[] | null,
  read: () => readonly PlacedDeletion[],
): readonly MatchReason[] {
  for (const entry of names ?? []) {
    const found = read().find(({ places }) => places.has(entry));
    if (found !== undefined) return [{ field, entry, subject: found.path }];
  }
  return [];
}

function explainOperation(
  { operation }: CommandCondition,
  component: Component,
  call: Call,
): readonly MatchReason[] {
  const entry = operation?.find((name) => call.operationsOf(component).has(name));
  return entry === undefined ? [] : [{ field: 'operation', entry, subject: component.text }];
}

function explainSubstring(
  parts: readonly string[] | null,
  text: string,
  field = 'command_contains',
): readonly MatchReason[] {
  const searched = text.toLowerCase();
  const entry = parts?.find((part) => searched.includes(part.toLowerCase()));
  return entry === undefined ? [] : [{ field, entry, subject: text }];
}
