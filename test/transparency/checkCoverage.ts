import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cli, parseObject } from '../support/rampart.ts';
import type { Rampart } from '../support/rampart.ts';
import { parseExecTrace } from './execTrace.ts';
import type { ExecTrace } from './execTrace.ts';
import { run } from '../support/run.ts';

/** What a guarded tree did, as it was recorded. */
export interface Covered {
  /** Execs that the kernel carried out in guarded processes. */
  readonly execs: number;
  readonly denied: number;
  /** Shells that were refused and had one start in their place that says why. */
  readonly explained: number;
  /** Starts that were allowed and then failed by themselves. */
  readonly failed: number;
  /** Processes that were allowed to become another program, and that a signal ended before they were one. */
  readonly killed: number;
}

interface ExecRecord {
  readonly id: string;
  readonly pid: unknown;
  readonly door: string;
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly exe: string;
  readonly allowed: boolean;
  readonly guardable: boolean;
}

/**
 * Runs a command under guard and under strace at once, and compares the kernel's execs with the audit records: one
 * record for each, no other, besides those of what was refused, of what did not start and of what was killed before it
 * did. A refused shell is an exec all the same, that of the one which says why. Ends the endpoint.
 */
export async function checkCoverage(
  rampart: Rampart,
  command: readonly string[],
  cwd: string,
): Promise<Covered> {
  const trace = join(rampart.folder, 'trace');
  const strace = ['strace', '-f', '-qq', '-ttt', '-e', 'trace=execve,execveat', '-o', trace, '--'];
  const guard = [process.execPath, cli, 'preload', '--', ...command];
  const { status, output } = await run([...strace, ...guard], { cwd, env: rampart.environment() });
  assert.equal(status, 0, output.slice(-4000));
  const stopped = await rampart.run(['stop']);
  assert.equal(stopped.status, 0, stopped.stderr);

  const seen = parseExecTrace(readFileSync(trace, 'utf8'));
  const { records, failed } = readRecords(rampart.stateDirectory);
  const denied = records.filter((record) => !record.allowed);
  const all = guardedExecs(seen);
  const execs = all.filter(({ isStandIn }) => !isStandIn);
  const explained = denied.filter(isExplained).length;
  assert.equal(all.length - execs.length, explained, 'refused shells, and shells that say why');
  const unguardable = records.filter((record) => record.allowed && !record.guardable);
  assert.deepEqual(unguardable, [], 'what a program starts that cannot be guarded is not to be compared');
  const allowed = records.filter((record) => record.allowed && !failed.has(record.id));
  const killed = findKilled(allowed, seen);
  const started = allowed.filter((record) => !killed.includes(record));
  const difference = compareNames(
    execs.map(({ path }) => basename(path)),
    started.map(({ exe }) => basename(exe)),
  );
  assert.equal(started.length, execs.length, `kernel − records: ${difference}`);
  return {
    execs: execs.length,
    denied: denied.length,
    explained,
    failed: failed.size,
    killed: killed.length,
  };
}

/**
 * The last record of each process that a signal ended, where the process was allowed to become another program and did
 * not any more. A record is older than its exec, and a program's first record younger than the program.
 */
function findKilled(allowed: readonly ExecRecord[], { execs, killed }: ExecTrace): readonly ExecRecord[] {
  return killed.flatMap((pid) => {
    const last = allowed.findLast((record) => record.pid === pid);
    const became = execs.findLast((exec) => exec.pid === pid);
    const isExec = last !== undefined && /^f?exec|^syscall$/.test(last.door);
    return isExec && last.time > (became?.time ?? 0) ? [last] : [];
  });
}

/** Whether a shell that says why took its place: of those that the projects start, by docs/protocol.md, section 4. */
function isExplained({ exe, door }: ExecRecord): boolean {
  return ['sh', 'bash', 'dash'].includes(basename(exe)) && !/^(?:system|popen|wordexp|fexecve)$/.test(door);
}

/** The execs of the tree: from the second of the first process on, by which the command line becomes its root. */
function guardedExecs({ execs }: ExecTrace): ExecTrace['execs'] {
  const root = execs.findIndex(({ pid }, index) => index > 0 && pid === execs[0]?.pid);
  assert.ok(root > 0, `no root command in ${JSON.stringify(execs.slice(0, 10))}`);
  return execs.slice(root);
}

function readRecords(directory: string): { records: readonly ExecRecord[]; failed: ReadonlySet<string> } {
  const failed = new Set<string>();
  const records: ExecRecord[] = [];
  const audit = join(directory, 'audit');
  for (const file of readdirSync(audit).sort())
    for (const line of readFileSync(join(audit, file), 'utf8').split('\n').filter(Boolean)) {
      const { id, pid, door, exe, ...record } = parseObject(line);
      if (record['tool'] === 'rampart' && isFailure(record['exec_failed']))
        failed.add(record['exec_failed'].id);
      if (record['tool'] !== 'exec') continue;
      const time = Date.parse(String(record['timestamp']));
      const allowed = !(record['enforced'] === true && isRefusal(record['decision']));
      const guardable = record['guardable'] === true;
      records.push({ id: String(id), pid, door: String(door), time, exe: String(exe), allowed, guardable });
    }
  return { records, failed };
}

function isFailure(value: unknown): value is { readonly id: string } {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}

function isRefusal(decision: unknown): boolean {
  if (typeof decision !== 'object' || decision === null || !('action' in decision)) return true;
  return decision.action !== 'allow' && decision.action !== 'watch';
}

/** Which programs one list has more often than the other, for a person who looks for the reason. */
function compareNames(kernel: readonly string[], recorded: readonly string[]): string {
  const surplus = new Map<string, number>();
  for (const name of kernel) surplus.set(name, (surplus.get(name) ?? 0) + 1);
  for (const name of recorded) surplus.set(name, (surplus.get(name) ?? 0) - 1);
  const different = [...surplus].filter(([, count]) => count !== 0);
  return (
    different.map(([name, count]) => `${name || '(descriptor)'} ${count}`).join(', ') || 'the same names'
  );
}
