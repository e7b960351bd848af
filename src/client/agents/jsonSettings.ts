import { applyEdits, modify, parse, printParseErrorCode } from 'jsonc-parser';
import type { JSONPath, ParseError } from 'jsonc-parser';
import { isRecord } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { loaderSeparator } from '../preloadEnvironment.ts';
import { placeIn } from './settingsEdit.ts';
import type { AgentWiring, SettingsEdit } from './settingsEdit.ts';

const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n', insertFinalNewline: true };

/** An object of variables in a JSON file. */
export function jsonVariables(member: string): SettingsEdit {
  return {
    add: (text, { variables, loader }) => {
      const read = readSettings(text);
      if (!read.ok) return read;
      const present = recordIn(read.value, member);
      if (present === null) return failure(`\`${member}\` is no object`);
      let after = text;
      for (const [name, value] of Object.entries(variables)) {
        const wanted = combine(name, [value, present[name]], loader);
        if (!wanted.ok) return failure(`\`${member}.${name}\` ${wanted.error}`);
        after = change(after, [member, name], wanted.value);
      }
      return success(after);
    },
    remove: (text, { variables, loader }) => {
      const read = readSettings(text);
      if (!read.ok) return read;
      const present = recordIn(read.value, member) ?? {};
      let after = text;
      for (const [name, value] of Object.entries(variables)) {
        const kept = without(present[name], value, name === loader);
        if (kept !== present[name]) after = change(after, [member, name], kept);
      }
      return success(dropEmpty(after, [member]));
    },
  };
}

/** An entry in a list of hooks in a JSON file: `hooks.<event>`. */
export function jsonHook(event: string, entryOf: (hook: string) => UnknownRecord): SettingsEdit {
  const path = ['hooks', event];
  return {
    add: (text, { hook }) => {
      const read = readSettings(text);
      if (!read.ok) return read;
      const hooks = recordIn(read.value, 'hooks');
      const entries = hooks?.[event] ?? [];
      if (hooks === null || !Array.isArray(entries)) return failure(`\`hooks.${event}\` is no list`);
      if (findEntry(entries, entryOf(hook)) !== -1) return success(text);
      return success(change(text, [...path, entries.length], entryOf(hook)));
    },
    remove: (text, { hook }) => {
      const read = readSettings(text);
      if (!read.ok) return read;
      const entries = recordIn(read.value, 'hooks')?.[event];
      const index = Array.isArray(entries) ? findEntry(entries, entryOf(hook)) : -1;
      if (index === -1) return success(text);
      return success(dropEmpty(dropEmpty(change(text, [...path, index], undefined), path), ['hooks']));
    },
  };
}

function readSettings(text: string): Result<UnknownRecord, string> {
  if (text.trim() === '') return success({});
  const problems: ParseError[] = [];
  const value: unknown = parse(text, problems, { allowTrailingComma: true });
  const [problem] = problems;
  if (problem !== undefined) {
    return failure(`${printParseErrorCode(problem.error)} at ${placeIn(text, problem.offset)}`);
  }
  return isRecord(value) ? success(value) : failure('the file holds no object');
}

/** A member that is an object; empty when it is missing, null when it is something else. */
function recordIn(settings: UnknownRecord, member: string): UnknownRecord | null {
  const value = settings[member] ?? {};
  return isRecord(value) ? value : null;
}

function combine(
  name: string,
  [value, present]: readonly [value: string, present: unknown],
  loader: AgentWiring['loader'],
): Result<string, string> {
  if (present === undefined || present === '' || present === value) return success(value);
  if (typeof present !== 'string') return failure('is no text');
  if (name !== loader) return failure(`is \`${present}\` already: take it out first`);
  const others = present.split(loaderSeparator).filter((entry) => entry !== value);
  return success([value, ...others].join(loaderSeparator));
}

/** What is left of a variable without ours; undefined for nothing. */
function without(present: unknown, value: string, isList: boolean): unknown {
  if (present === value) return undefined;
  if (!isList || typeof present !== 'string') return present;
  const others = present.split(loaderSeparator).filter((entry) => entry !== value);
  return others.length === 0 ? undefined : others.join(loaderSeparator);
}

function findEntry(entries: readonly unknown[], entry: UnknownRecord): number {
  const wanted = JSON.stringify(entry);
  return entries.findIndex((one) => JSON.stringify(one) === wanted);
}

function change(text: string, path: JSONPath, value: unknown): string {
  return applyEdits(text, modify(text, path, value, { formattingOptions }));
}

/** Takes out what holds nothing any more. */
function dropEmpty(text: string, path: readonly string[]): string {
  let value: unknown = parse(text);
  for (const member of path) value = isRecord(value) ? value[member] : undefined;
  const isEmpty = Array.isArray(value)
    ? value.length === 0
    : isRecord(value) && Object.keys(value).length === 0;
  return isEmpty ? change(text, [...path], undefined) : text;
}
