import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Result } from '../base/result.ts';
import { failure } from '../base/result.ts';
import type { ByteText } from '../protocol/byteText.ts';
import type { CommandContext } from './command.ts';

/** A program to become. */
export interface Program {
  readonly path: ByteText;
  readonly argv: readonly ByteText[];
  /** `NAME=value` */
  readonly environment: readonly ByteText[];
}

/** Why a program could not be started: an errno name such as `ENOENT`. */
export interface StartFailure {
  readonly code: string;
  readonly message: string;
}

/** Passed on to a program that runs as our child. */
const forwardedSignals: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
];

/**
 * Replaces this process by a program: pid, terminal, signals and exit status are then the program's own.
 * Without the native addon the program runs as our child, signals are passed on, and the result is its status.
 * A failure says why it did not start.
 */
export async function becomeProgram(
  program: Program,
  context: CommandContext,
): Promise<Result<number, StartFailure>> {
  if (!context.addon.ok) return runProgram(program);
  context.closedDescriptors.forEach(closeAgain);
  try {
    return context.addon.value.execve(
      toBuffer(program.path),
      program.argv.map(toBuffer),
      program.environment.map(toBuffer),
      ...(context.ignoredSignals === '' ? [] : [context.ignoredSignals]),
    );
  } catch (thrown) {
    return failure(startFailureOf(thrown));
  }
}

/** Done twice where a first try to become the program failed. */
function closeAgain(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // It is closed.
  }
}

function runProgram(program: Program): Promise<Result<number, StartFailure>> {
  const text = (bytes: ByteText): string => toBuffer(bytes).toString();
  const [name, ...rest] = program.argv.map(text);
  const environment = program.environment.map(text).map((entry) => {
    const equals = entry.indexOf('=');
    return [entry.slice(0, equals), entry.slice(equals + 1)] as const;
  });
  return new Promise((resolve) => {
    const child = spawn(text(program.path), rest, {
      argv0: name,
      env: Object.fromEntries(environment),
      stdio: 'inherit',
    });
    for (const signal of forwardedSignals) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => resolve(failure(startFailureOf(error))));
    child.on('exit', (status, signal) => {
      resolve({ ok: true, value: signal === null ? (status ?? 1) : 128 + constants.signals[signal] });
    });
  });
}

function toBuffer(bytes: ByteText): Buffer {
  return Buffer.from(bytes, 'latin1');
}

function startFailureOf(thrown: unknown): StartFailure {
  if (!(thrown instanceof Error)) return { code: 'UNKNOWN', message: String(thrown) };
  return { code: 'code' in thrown ? String(thrown.code) : 'UNKNOWN', message: thrown.message };
}
