import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, readSync, renameSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { messageOf } from '../base/assert.ts';
import { isRecord, parseJson } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Health } from '../protocol/health.ts';
import { protocolVersion } from '../protocol/version.ts';
import { openOwnFile } from '../system/ownFile.ts';
import { createStateDirectory } from '../system/stateDirectory.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { EndpointClient } from './endpointClient.ts';
import type { NodeProgram } from './nodeProgram.ts';
import type { Environment } from './preloadEnvironment.ts';

/** What an endpoint is started with. */
export interface EndpointStart {
  readonly program: NodeProgram;
  /** The bundle of the endpoint, `endpoint.js`. */
  readonly bundle: string;
  /** Of the endpoint in that bundle. */
  readonly version: string;
  readonly paths: StatePaths;
  /** Arguments beside `--state-dir` and `--on-demand`. */
  readonly arguments: readonly string[];
  /** Where the variables that an endpoint may have are taken from. */
  readonly environment: Environment;
}

/** An endpoint that answers. */
export interface RunningEndpoint {
  readonly health: Health;
  /** Whether this call started it; otherwise it was there, or another starter won. */
  readonly started: boolean;
}

/** How long an endpoint may take until it listens, in milliseconds. */
export const startTimeoutMs = 10_000;

/** The exit status of an endpoint that found its state directory owned by another. */
const ownedStatus = 3;

/** How long between two looks for the endpoint of another starter, in milliseconds. */
const lookIntervalMs = 20;

/** A log that is longer is put aside before the next start, in bytes. */
const maxLogBytes = 1_048_576;

/** How much of the end of the log is read to say why a start failed, in bytes. */
const logTailBytes = 4_096;

const passedOn: readonly string[] = ['HOME', 'PATH', 'LANG', 'TMPDIR', 'USER', 'LOGNAME'];

/**
 * The endpoint of a state directory: the one that answers, else a new one. Two starters at once end with the
 * same one. It belongs to nobody: it outlives its starter and is not its child.
 * A failure says why none could be started.
 */
export async function ensureEndpoint(start: EndpointStart): Promise<Result<RunningEndpoint, string>> {
  const client = new EndpointClient({ kind: 'socket', path: start.paths.socket });
  const health = await client.health();
  if (health.ok) return settleVersion(health.value, client, start);
  if (health.error.code !== 'unreachable')
    return failure(`the endpoint is in trouble: ${health.error.message}`);
  return startAnew(client, start);
}

async function startAnew(
  client: EndpointClient,
  start: EndpointStart,
): Promise<Result<RunningEndpoint, string>> {
  const outcome = await startEndpoint(start);
  if (!outcome.ok) return outcome;
  return awaitHealth(client, outcome.value === 'ready');
}

/**
 * An endpoint of an older protocol is replaced by ours, and so is an older one of the same protocol that may be: where
 * that is refused, it goes on. One of a newer protocol is left, and told of.
 */
async function settleVersion(
  health: Health,
  client: EndpointClient,
  start: EndpointStart,
): Promise<Result<RunningEndpoint, string>> {
  const isReplaced = health.replaceable && isOlder(health.version, start.version);
  if (health.protocol === protocolVersion && !isReplaced) return success({ health, started: false });
  const found = `the endpoint that runs (version ${health.version}, process ${health.pid ?? 'unknown'})`;
  if (health.protocol > protocolVersion) {
    const versions = `speaks protocol ${health.protocol}, this program ${protocolVersion}`;
    return failure(`${found} is newer: it ${versions}; update this one, or end that with \`rampart stop\``);
  }
  const ended = await client.shutdown();
  if (!ended.ok) {
    if (health.protocol === protocolVersion) return success({ health, started: false });
    return failure(`${found} is older and could not be replaced, end it yourself: ${ended.error.message}`);
  }
  return (await isGone(client, health.pid))
    ? startAnew(client, start)
    : failure(`${found} is older and does not end; end it yourself`);
}

/** Whether a version comes before another one; what stands behind the three numbers does not count. */
function isOlder(version: string, than: string): boolean {
  const [one, other] = [numbersOf(version), numbersOf(than)];
  if (one === null || other === null) return false;
  const differing = one.findIndex((number, index) => number !== other[index]);
  return differing >= 0 && (one[differing] ?? 0) < (other[differing] ?? 0);
}

function numbersOf(version: string): readonly number[] | null {
  const found = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  return found === null ? null : found.slice(1).map(Number);
}

/** Whether neither socket nor process is left; only then can another one take the place. */
async function isGone(client: EndpointClient, pid: number | null): Promise<boolean> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    const health = await client.health();
    if (!health.ok && health.error.code === 'unreachable' && !isRunning(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }
  return false;
}

function isRunning(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The environment of an endpoint: none of the loader's variables, none of an editor's, no secret. */
export function endpointEnvironment(environment: Environment, program: NodeProgram): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (passedOn.includes(name) || name.startsWith('XDG_'))) kept[name] = value;
  }
  return program.isElectron ? { ...kept, ELECTRON_RUN_AS_NODE: '1' } : kept;
}

type Started = Result<'ready' | 'owned', string>;

/**
 * The shell between us and the endpoint makes it nobody's child: a starter that becomes another program must not
 * leave that one with a child it does not know. The shell tells us the endpoint's exit status when we ask for it.
 */
const launcher = '"$@" </dev/null & exec >&-; read -r word; [ "$word" = wait ] || exit 0; wait $!; exit $?';

async function startEndpoint(start: EndpointStart): Promise<Started> {
  const { program, bundle, paths } = start;
  const directory = createStateDirectory(paths.directory);
  if (!directory.ok) return directory;
  const log = openLog(paths.log);
  if (!log.ok) return log;
  const command = [program.path, bundle, '--state-dir', paths.directory, '--on-demand', ...start.arguments];
  try {
    const shell = spawn('/bin/sh', ['-c', launcher, 'sh', ...command], {
      cwd: '/',
      detached: true,
      env: endpointEnvironment(start.environment, program),
      stdio: ['pipe', 'pipe', log.value.descriptor],
    });
    return await awaitReady(shell, () => readLogTail(paths.log, log.value.size));
  } finally {
    closeSync(log.value.descriptor);
  }
}

function awaitReady(shell: ChildProcess, readReason: () => string): Promise<Started> {
  return new Promise((resolve) => {
    let ready = false;
    const settle = (started: Started): void => {
      clearTimeout(timer);
      resolve(started);
    };
    const timer = setTimeout(() => {
      if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
      settle(failure(`the endpoint did not listen within ${startTimeoutMs} ms${readReason()}`));
    }, startTimeoutMs);
    shell.on('error', (error) => settle(failure(`the endpoint cannot be started: ${error.message}`)));
    shell.on('exit', (status) => {
      if (ready) settle(success('ready'));
      else if (status === ownedStatus) settle(success('owned'));
      else settle(failure(`the endpoint ended with status ${status ?? 'unknown'}${readReason()}`));
    });
    shell.stdin?.on('error', () => undefined);
    readLine(shell.stdout, (line) => {
      ready = isReadyLine(line);
      shell.stdin?.end(ready ? 'leave\n' : 'wait\n');
    });
  });
}

/** Gives the first line, or what there was of it when the other side closed; then closes. */
function readLine(stream: Readable | null, take: (line: string) => void): void {
  let text = '';
  let taken = false;
  const finish = (): void => {
    if (taken) return;
    taken = true;
    stream?.destroy();
    take(text);
  };
  stream?.setEncoding('utf8');
  stream?.on('data', (piece: string) => {
    text += piece;
    if (text.includes('\n')) finish();
  });
  stream?.on('close', finish);
}

function isReadyLine(line: string): boolean {
  const parsed = parseJson(line);
  return parsed.ok && isRecord(parsed.value) && parsed.value['ready'] === true;
}

async function awaitHealth(
  client: EndpointClient,
  started: boolean,
): Promise<Result<RunningEndpoint, string>> {
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    const health = await client.health();
    if (health.ok) return success({ health: health.value, started });
    if (performance.now() > deadline) {
      return failure(`the endpoint that owns the state directory does not answer: ${health.error.message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }
}

interface OpenLog {
  readonly descriptor: number;
  readonly size: number;
}

function openLog(file: string): Result<OpenLog, string> {
  try {
    const opened = openOrNothing(file);
    if (opened !== null && opened.size <= maxLogBytes) return success(opened);
    if (opened !== null) closeSync(opened.descriptor);
    renameSync(file, `${file}.old`);
    return success(openForAppending(file));
  } catch (thrown) {
    return failure(`the endpoint's log cannot be written: ${messageOf(thrown)}`);
  }
}

/** Null where what stands there is no file, which must not keep the endpoint from starting. */
function openOrNothing(file: string): OpenLog | null {
  try {
    return openForAppending(file);
  } catch {
    return null;
  }
}

function openForAppending(file: string): OpenLog {
  const descriptor = openOwnFile(file, 'append');
  return { descriptor, size: fstatSync(descriptor).size };
}

/** The last line that was written since the log had `from` bytes, as `: line`; empty when there is none. */
function readLogTail(file: string, from: number): string {
  try {
    const descriptor = openOwnFile(file, 'read');
    try {
      const start = Math.max(from, fstatSync(descriptor).size - logTailBytes);
      const bytes = Buffer.alloc(logTailBytes);
      const length = readSync(descriptor, bytes, 0, bytes.length, start);
      const line = bytes.toString('utf8', 0, length).trimEnd().split('\n').at(-1) ?? '';
      return line === '' ? '' : `: ${line}`;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}
