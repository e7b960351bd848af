import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { isRecord } from '../../src/base/record.ts';
import type { UnknownRecord } from '../../src/base/record.ts';
import { createProcessTable } from '../../src/system/processTable.ts';
import { kill, startProgram } from './processes.ts';
import type { Finished, Running } from './processes.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { until } from './until.ts';

/** The built command line; integration tests run what ships. */
export const cli = resolve('dist', 'cli.js');

/** Denies, asks about and watches `touch` of files with telling names, and allows all else. */
export const touchPolicy = `version: "1"
default_action: allow
policies:
  - name: touching
    rules:
      - action: deny
        when: { command_matches: ["touch *forbidden*"] }
        message: nobody touches this
      - action: ask
        when: { command_matches: ["touch *asked*"] }
        message: ask before touching
      - action: watch
        when: { command_matches: ["touch *watched*"] }
`;

/** What a command of a test is run with. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment; undefined takes a variable out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

/** `rampart` with a home and a state directory of its own, gone with its endpoint when the test ends. */
export class Rampart {
  /** A folder for the test's own files; the working directory of every command. */
  readonly folder: string;
  readonly home: string;
  readonly stateDirectory: string;
  readonly policy: string;
  /** The built command line. */
  readonly cli = cli;
  readonly #context: Pick<TestContext, 'after'>;
  readonly #maxRun: { readonly timeout?: number };

  /** `maxRunMs`: how long each of its programs may run, where the time of a usual test is too short. */
  constructor(context: Pick<TestContext, 'after'>, maxRunMs?: number) {
    this.#maxRun = maxRunMs === undefined ? {} : { timeout: maxRunMs };
    const root = temporaryFolder(context, () => this.endEndpoint());
    this.#context = context;
    this.folder = join(root, 'w');
    this.home = join(root, 'h');
    this.stateDirectory = join(root, 'd');
    this.policy = join(root, 'policy.yaml');
    for (const folder of [this.folder, this.home]) mkdirSync(folder);
    writeFileSync(this.policy, touchPolicy);
  }

  /** The environment of every command: nothing of the test's own that could steer it. */
  environment(added: RunOptions['environment'] = {}): NodeJS.ProcessEnv {
    // What a machine has put before the system's own programs (pyenv's, say) are scripts that start many others.
    const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;
    return { PATH, HOME: this.home, LANG: 'C.UTF-8', RAMPART_STATE_DIR: this.stateDirectory, ...added };
  }

  /** Starts `rampart` with these words. */
  start(words: readonly string[], options: RunOptions = {}): Running {
    return this.startProgram([process.execPath, cli, ...words], options);
  }

  startProgram(command: readonly [string, ...string[]], options: RunOptions = {}): Running {
    const { cwd = this.folder, environment, input } = options;
    const running = startProgram(this.#context, command, {
      cwd,
      env: this.environment(environment),
      ...this.#maxRun,
    });
    running.child.stdin?.on('error', () => undefined);
    if (input !== undefined) running.child.stdin?.end(input);
    return running;
  }

  /** Runs `rampart` with these words to its end. */
  run(words: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.start(words, { input: '', ...options }).finished;
  }

  /** Runs a command under guard. */
  guard(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.run(['preload', '--', ...command], options);
  }

  /** Starts an endpoint that decides by the test's own policy alone; resolves with its ready line. */
  async serve(...words: readonly string[]): Promise<Running & { readonly ready: UnknownRecord }> {
    const running = this.start(['serve', '--no-default-policy', '--policy', this.policy, ...words]);
    const line = await until('the endpoint listens', () => {
      assert.equal(running.child.exitCode, null, running.said.stderr);
      return running.said.stdout.includes('\n') && running.said.stdout;
    });
    return { ...running, ready: parseObject(line) };
  }

  /** The process that owns the state directory; null when none does. */
  get endpointPid(): number | null {
    try {
      const pid = Number(readFileSync(join(this.stateDirectory, 'lock'), 'utf8'));
      return pid > 0 && createProcessTable().isRunning(pid, 0) ? pid : null;
    } catch {
      return null;
    }
  }

  /** Whether libraries have told something that the endpoint has yet to read. */
  #hasJournal(): boolean {
    return readdirSync(this.stateDirectory).some((name) => /^journal(?:\.\d+)?$/.test(name));
  }

  /** Kills the endpoint, if there is one, and waits for its end. */
  async endEndpoint(): Promise<void> {
    const pid = this.endpointPid;
    if (pid === null) return;
    kill(pid);
    await until('the endpoint is dead', () => !createProcessTable().isRunning(pid, 0));
  }

  /** The recorded decisions, the oldest first, with all that the journal told of until now. */
  async log(...words: readonly string[]): Promise<readonly UnknownRecord[]> {
    await until('the journal is read', () => this.endpointPid === null || !this.#hasJournal());
    const { stdout, stderr, status } = await this.run(['log', '--json', ...words]);
    assert.deepEqual([stderr, status], ['', 0]);
    return stdout.split('\n').filter(Boolean).map(parseObject);
  }

  async mode(mode: string): Promise<void> {
    const { status, stdout, stderr } = await this.run(['mode', mode]);
    assert.deepEqual([status, stdout, stderr], [0, `${mode}\n`, '']);
  }

  /** Writes a file in the test's folder and gives back its path. */
  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text, { mode: 0o755 });
    return file;
  }
}

/** Reads a line that must be a JSON object. */
export function parseObject(line: string): UnknownRecord {
  const value: unknown = JSON.parse(line);
  assert.ok(isRecord(value), line);
  return value;
}

/** `command action enforced` of a record, to compare many at once. */
export function summaryOf(record: UnknownRecord): string {
  const { request, decision, enforced } = record;
  assert.ok(isRecord(request) && isRecord(decision));
  return `${String(request['command'])} ${String(decision['action'])} ${String(enforced)}`;
}
