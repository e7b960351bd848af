import { isRecord, type UnknownRecord } from '../base/record.ts';
import { isAction, type Action } from './decision.ts';

/** Why a command would be decided in a way; docs/protocol.md, section 8, `POST /v1/test`. */
export interface Explanation {
  /** The commands that it would run. */
  readonly commands: readonly ExplainedCommand[];
  /** The policies that had something to say, in the order in which they were walked. */
  readonly policies: readonly ExplainedPolicy[];
  /** What a person can do to have it allowed; empty when it is. */
  readonly remedies: readonly string[];
}

/** One command that would run. */
export interface ExplainedCommand {
  readonly text: string;
  /** Where it would run; null when that is not known. */
  readonly directory: string | null;
  /** It would run on another machine or in a container. */
  readonly isElsewhere: boolean;
  /** What it would delete. */
  readonly deletes: readonly string[];
}

/** What one policy says. */
export interface ExplainedPolicy {
  readonly name: string;
  readonly action: Action;
  /** Position of its rule, from 0. */
  readonly index: number;
  readonly reasons: readonly { readonly field: string; readonly entry: string; readonly subject: string }[];
}

/** Reads an explanation; what is missing or of another kind is left out. Null when there is none. */
export function parseExplanation(value: unknown): Explanation | null {
  if (!isRecord(value)) return null;
  return {
    commands: recordsIn(value['commands']).map(parseCommand),
    policies: recordsIn(value['policies']).flatMap(parsePolicy),
    remedies: textsIn(value['remedies']),
  };
}

function parseCommand(entry: UnknownRecord): ExplainedCommand {
  return {
    text: textOf(entry['text']),
    directory: typeof entry['directory'] === 'string' ? entry['directory'] : null,
    isElsewhere: entry['isElsewhere'] === true,
    deletes: recordsIn(entry['deletes']).map(({ path }) => textOf(path)),
  };
}

function parsePolicy(entry: UnknownRecord): readonly ExplainedPolicy[] {
  const { name, action, rule } = entry;
  if (typeof name !== 'string' || !isAction(action) || !isRecord(rule)) return [];
  const index = typeof rule['index'] === 'number' ? rule['index'] : 0;
  const reasons = recordsIn(entry['reasons']).map(({ field, entry: written, subject }) => ({
    field: textOf(field),
    entry: textOf(written),
    subject: textOf(subject),
  }));
  return [{ name, action, index, reasons }];
}

function recordsIn(value: unknown): readonly UnknownRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
