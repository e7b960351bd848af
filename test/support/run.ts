import { spawn } from 'node:child_process';

/** How a program of a suite ended and what it said. */
export interface Ended {
  /** The exit status, or the name of the signal. */
  readonly status: number | string;
  /** What it said on both streams, in no certain order. */
  readonly output: string;
  /** What it said on standard output alone. */
  readonly printed: string;
}

/** What a program of a suite is started with. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** How long a program may run unless its caller says otherwise, in milliseconds. */
const defaultTimeoutMs = 900_000;

/** Runs a program to its end, without input and without a terminal; rejects when it cannot be started. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program = '', ...words] = command;
  const { cwd, env, timeoutMs: timeout = defaultTimeoutMs } = options;
  return new Promise((resolve, reject) => {
    // A group of its own: what a suite leaves behind is ended with it.
    const child = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const timer = setTimeout(() => endGroup(child.pid), timeout);
    const pieces: Buffer[] = [];
    const printed: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => void printed.push(piece));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => void pieces.push(piece));
    child.on('error', reject);
    child.on('exit', () => endGroup(child.pid));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      const textOf = (all: readonly Buffer[]): string => Buffer.concat(all).toString('latin1');
      resolve({ status: status ?? signal ?? 'unknown', output: textOf(pieces), printed: textOf(printed) });
    });
  });
}

/** Runs a program that must succeed; rejects with what it said. */
export async function runWell(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, output } = await run(command, options);
  if (status !== 0) throw new Error(`\`${command.join(' ')}\` ended with ${status}:\n${output.slice(-2000)}`);
  return output;
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}
