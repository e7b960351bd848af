import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { TestContext } from 'node:test';

/** How a program ended and what it said. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that may still run. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly said: { stdout: string; stderr: string };
  readonly finished: Promise<Finished>;
}

/** How long a program of a test may run, in milliseconds: only one that hangs does, however busy the machine is. */
const maxRunMs = 120_000;

/** Starts a program; if it still runs when the test ends, it is killed. */
export function startProgram(
  context: Pick<TestContext, 'after'>,
  command: readonly [string, ...string[]],
  options: SpawnOptions = {},
): Running {
  const [program, ...words] = command;
  const child = spawn(program, words, {
    stdio: 'pipe',
    timeout: maxRunMs,
    killSignal: 'SIGKILL',
    ...options,
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (piece: string) => (said[name] += piece));
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, ...said }));
  });
  context.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await finished.catch(() => undefined);
  });
  return { child, said, finished };
}

/** Ends a process by its id and says whether it was there. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
