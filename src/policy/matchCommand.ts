import type { Call, PlacedDeletion } from './call.ts';
import type { SortedCommand } from './commandShape.ts';
import type { CommandShapes } from './commandShapes.ts';
import type { Component } from './component.ts';
import type { CommandCondition } from './condition.ts';
import { matchesAny, matchesPath } from './matchCall.ts';
import type { Operation } from './operation.ts';
import { actsOnOwn } from './ownTarget.ts';
import type { TargetClass } from './targetClass.ts';

/** Whether the parts of a condition hold that are about the commands of a call. */
export function isCommandMatch(condition: CommandCondition, call: Call, isGranting: boolean): boolean {
  return isGranting ? isGranted(condition, call) : isRestricted(condition, call);
}

function isRestricted(condition: CommandCondition, call: Call): boolean {
  const { runs } = condition;
  const hasText = isOnText(condition);
  if (!hasText && !condition.hasEffects) return false;
  let hasExcluded = false;
  for (const component of call.reading.components) {
    if (runs !== null && !runs.areNamed(component.program)) continue;
    if (hasText && !isNamed(condition, component, call)) continue;
    if (isExcluded(condition, component, call)) hasExcluded = true;
    else if (isEffectMatch(condition, component, call, false)) return true;
  }
  return !hasExcluded && !condition.hasEffects && isWholeRestricted(condition, call);
}

function isExcluded({ notMatches }: CommandCondition, component: Component, call: Call): boolean {
  if (notMatches === null) return false;
  if (call.textsOf(component).some((text) => matchesAny(notMatches, text))) return true;
  const [assignment] = component.assignments;
  if (component.assignments.length !== 1 || assignment === undefined) return false;
  const line = `${assignment.name}=${assignment.value.text} ${component.text}`;
  return notMatches.some((pattern) => pattern.source.startsWith(`${assignment.name}=`) && pattern.test(line));
}

function isNamed(condition: CommandCondition, component: Component, call: Call): boolean {
  if (call.textsOf(component).some((text) => isTextMatch(condition, text, true))) return true;
  return condition.contains !== null && hasSubstring(condition.contains, call.searchedText(component));
}

/** The command line as it came, and its commands joined, for patterns that reach over several commands. */
function isWholeRestricted(condition: CommandCondition, call: Call): boolean {
  return call.lines.some(
    (text) => isTextMatch(condition, text, true) && !matchesAny(condition.notMatches ?? [], text),
  );
}

function isOnText({ matches, contains }: CommandCondition): boolean {
  return matches !== null || contains !== null;
}

function isTextMatch({ matches, contains }: CommandCondition, text: string, ignoresCase: boolean): boolean {
  if (matches !== null && matchesAny(matches, text)) return true;
  if (contains === null) return false;
  return ignoresCase ? hasSubstring(contains, text) : contains.some((part) => text.includes(part));
}

function isEffectMatch(
  condition: CommandCondition,
  component: Component,
  call: Call,
  isGranting: boolean,
): boolean {
  const { mentions, operation, signals, onOwn } = condition;
  return (
    isProgramMatch(condition, component, call, isGranting) &&
    (mentions === null || hasSubstring(mentions, call.searchedText(component))) &&
    (operation === null || doesAnyOf(operation, call.operationsOf(component))) &&
    (signals === null || call.signalsEndpoint(component)) &&
    arePlacesMatch(condition, component, call, isGranting) &&
    areFilesMatch(condition, component, call) &&
    (onOwn === null || onOwn === actsOnOwn(component))
  );
}

function doesAnyOf(names: readonly Operation[], done: ReadonlySet<Operation>): boolean {
  return names.some((name) => done.has(name));
}

function arePlacesMatch(
  { deletes, changesRights }: CommandCondition,
  component: Component,
  call: Call,
  isGranting: boolean,
): boolean {
  return (
    (deletes === null || isPlaceMatch(deletes, call.deletionsOf(component), isGranting)) &&
    (changesRights === null || isPlaceMatch(changesRights, call.rightsOf(component), isGranting))
  );
}

function areFilesMatch(
  { reads, writes, mounts }: CommandCondition,
  component: Component,
  call: Call,
): boolean {
  return (
    (mounts === null || matchesPath(mounts, call.mountsOf(component), call)) &&
    (reads === null ||
      (call.mayRead(component, reads) && matchesPath(reads, call.readsOf(component), call))) &&
    (writes === null || matchesPath(writes, call.writesOf(component), call))
  );
}

function isProgramMatch(
  { runs, runsHere }: CommandCondition,
  component: Component,
  call: Call,
  isGranting: boolean,
): boolean {
  if (runsHere !== null && runsHere === component.isElsewhere) return false;
  if (runs === null) return true;
  return hasShape(runs, call.sortedOf(component), isGranting);
}

function hasShape(shapes: CommandShapes, command: SortedCommand, isGranting: boolean): boolean {
  return shapes
    .of(isGranting ? command.written : command.program)
    .some((shape) => shape.test(command, isGranting));
}

function hasSubstring(parts: readonly string[], text: string): boolean {
  const searched = text.toLowerCase();
  return parts.some((part) => searched.includes(part.toLowerCase()));
}

function isPlaceMatch(
  names: readonly TargetClass[],
  targets: readonly PlacedDeletion[],
  isGranting: boolean,
): boolean {
  const isIn = ({ places }: PlacedDeletion): boolean => names.some((name) => places.has(name));
  return isGranting ? targets.length > 0 && targets.every(isIn) : targets.some(isIn);
}

function isGranted(condition: CommandCondition, call: Call): boolean {
  const { components, raw, whole, isComposite } = call.reading;
  const { matches, notMatches } = condition;
  const granted = components.filter((component) => component.isGrantable);
  const texts = [raw, whole, ...granted.map(({ text }) => text)];
  if (notMatches !== null && texts.some((text) => matchesAny(notMatches, text))) return false;
  const hasText = isOnText(condition);
  if (!hasText && !condition.hasEffects) return notMatches === null;
  if (granted.length === 0 || call.request.truncated) return false;
  const isCovered = granted.every(
    (component) =>
      (!hasText || isTextMatch(condition, component.text, false)) &&
      isEffectMatch(condition, component, call, true),
  );
  if (isCovered) return true;
  if (condition.hasEffects) return false;
  return (matches ?? []).some(
    (pattern) =>
      (pattern.isExact && pattern.test(raw)) ||
      (isComposite && pattern.isComposite && (pattern.test(raw) || pattern.test(whole))),
  );
}
