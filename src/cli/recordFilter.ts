import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { actions, isAction, isPermitted } from '../protocol/decision.ts';
import { parseDurationWord } from './durationWord.ts';
import type { Options } from './options.ts';

/** Which records a person wants to see, by the options of `rampart log`. `now` in milliseconds since 1970. */
export function parseRecordFilter(
  options: Options,
  now: number,
): Result<(record: AuditRecord) => boolean, string> {
  const [since, until] = ['--since', '--until'].map((name) => parseMoment(options.value(name), now));
  if (since?.ok === false) return since;
  if (until?.ok === false) return until;
  const unknown = options.list('--action').find((word) => !isAction(word));
  if (unknown !== undefined) return failure(`unknown action \`${unknown}\`, there are ${actions.join(', ')}`);
  const [from, to] = [since?.value ?? -Infinity, until?.value ?? Infinity];
  const isInTime = ({ timestamp }: AuditRecord): boolean => {
    const time = Date.parse(timestamp);
    return Number.isNaN(time) || (time >= from && time <= to);
  };
  const tests = [...createFieldTests(options), isInTime];
  return success((record) => tests.every((test) => test(record)));
}

function createFieldTests(options: Options): readonly ((record: AuditRecord) => boolean)[] {
  const wanted = options.list('--action');
  const isEqual = (name: string, read: (record: AuditRecord) => string) => (record: AuditRecord) =>
    !options.has(name) || read(record) === options.value(name);
  return [
    ({ decision }) => !options.has('--denied') || !isPermitted(decision.action),
    ({ decision }) => wanted.length === 0 || wanted.includes(decision.action),
    isEqual('--agent', ({ agent }) => agent),
    isEqual('--session', ({ session }) => session),
    ({ request }) => request.command.includes(options.value('--text') ?? ''),
  ];
}

/** A UTC day as `YYYY-MM-DD`; null when it is none. */
export function parseDay(word: string): string | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(word) && !Number.isNaN(Date.parse(word));
  return isDay ? word : null;
}

function parseMoment(word: string | undefined, now: number): Result<number | null, string> {
  if (word === undefined) return success(null);
  const time = /^\d{4}-/.test(word) ? Date.parse(word) : NaN;
  if (!Number.isNaN(time)) return success(time);
  const ago = parseDurationWord(word);
  return ago.ok
    ? success(now - ago.value)
    : failure(`\`${word}\` is no time: write such as 2026-01-31, 2026-01-31T12:00:00Z or 2h`);
}
