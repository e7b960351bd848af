import { rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from '../base/assert.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { askPerson } from './askPerson.ts';
import { listAuditFiles } from './auditFiles.ts';
import { say } from './command.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import type { Options } from './options.ts';
import { requirePermission } from './permission.ts';
import { parseDay } from './recordFilter.ts';

/** Deletes whole days of the audit log, after asking, and says what that does to the chain. */
export async function deleteHistory(
  paths: StatePaths,
  options: Options,
  context: CommandContext,
): Promise<CommandOutcome> {
  const word = options.value('--before');
  const before = word === undefined ? null : parseDay(word);
  if (word !== undefined && before === null)
    return { usage: `\`${word}\` is no day: write such as 2026-01-31` };
  const permission = await requirePermission(paths, context, 'delete records');
  if (typeof permission === 'number') return permission;
  const files = listAuditFiles(paths.audit);
  if (!files.ok) return fail(files.error, context);
  const today = new Date().toISOString().slice(0, 10);
  const isWritten = (file: string): boolean => permission.client !== null && dayOf(file) >= today;
  const wanted = files.value.filter((file) => before === null || dayOf(file) < before);
  const chosen = wanted.filter((file) => !isWritten(file));
  if (chosen.length < wanted.length)
    say(
      context,
      `the records of ${today} stay, an endpoint writes them: \`rampart stop\` first to delete them too`,
    );
  if (chosen.length === 0) return fail(`nothing to delete in ${paths.audit}`, context);
  const question = `Delete ${describe(chosen)}, for good?`;
  if (!options.has('--yes') && !askPerson(question, context)) return fail('nothing was deleted', context);
  return remove(chosen, files.value.length - chosen.length, context);
}

function remove(files: readonly string[], left: number, context: CommandContext): number {
  const told = describe(files);
  try {
    for (const file of files) rmSync(file);
  } catch (thrown) {
    return fail(`not all was deleted: ${messageOf(thrown)}`, context);
  }
  const chain =
    left === 0
      ? 'The chain begins anew with the next record.'
      : 'The chain of what stays is whole, and begins with its first record.';
  context.output.out(`deleted ${told}. ${chain}\n`);
  return exitStatus.done;
}

function describe(files: readonly string[]): string {
  const days = [...new Set(files.map(dayOf))].sort();
  const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  const [first = '', last = first] = [days[0], days.at(-1)];
  const span = first === last ? first : `${days.length} days, ${first} to ${last}`;
  return `the records of ${span}, ${Math.ceil(bytes / 1_024)} KiB`;
}

function dayOf(file: string): string {
  return basename(file).slice(0, 'YYYY-MM-DD'.length);
}

function fail(message: string, context: CommandContext): number {
  say(context, message);
  return exitStatus.failed;
}
