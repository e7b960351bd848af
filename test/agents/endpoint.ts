import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRepository } from '../support/findRepository.mjs';
import type { UnknownRecord } from '../../src/base/record.ts';
import { createProcessTable } from '../../src/system/processTable.ts';
import { kill } from '../support/processes.ts';
import { parseObject } from '../support/rampart.ts';
import { until } from '../support/until.ts';

/** The built command line. */
export const cli = join(findRepository(), 'dist/cli.js');

/** How long it may take on a busy machine until an endpoint is there, in milliseconds. */
const patienceMs = 60_000;

/** The endpoint of a home directory, as somebody sees it who is not guarded. */
export class Endpoint {
  readonly #home: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(home: string) {
    this.#home = home;
    this.#environment = { HOME: home, PATH: process.env['PATH'], LANG: 'C.UTF-8' };
  }

  /** Its process id; null when it does not run. */
  get pid(): number | null {
    const pid = Number(this.#read('lock'));
    return pid > 0 && createProcessTable().isRunning(pid, 0) ? pid : null;
  }

  /** The mode that it wrote down last; `enforce` when it never did. */
  get mode(): string {
    const text = this.#read('mode.json');
    return text === '' ? 'enforce' : String(parseObject(text)['mode']);
  }

  /** Waits until one answers, which somebody else starts. */
  async answers(): Promise<void> {
    const isThere = (): boolean => this.#start(['status']).status === 0;
    await until('an endpoint answers', isThere, patienceMs);
  }

  /** Has one be there that enforces, as it would be after a first `rampart preload`. */
  ensure(): void {
    if (this.pid !== null && this.mode === 'enforce') return;
    this.#run(['preload', '--', 'true']);
    if (this.mode !== 'enforce') this.#run(['mode', 'enforce']);
  }

  /** Ends it as nothing that is guarded can. */
  async kill(): Promise<void> {
    const { pid } = this;
    if (pid === null) return;
    kill(pid);
    await until('the endpoint is dead', () => !createProcessTable().isRunning(pid, 0), patienceMs);
  }

  /** What was decided, the oldest first. */
  log(): readonly UnknownRecord[] {
    return this.#run(['log', '--json']).split('\n').filter(Boolean).map(parseObject);
  }

  #run(words: readonly string[]): string {
    const { status, stdout, stderr } = this.#start(words);
    if (status !== 0) throw new Error(`rampart ${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  #start(words: readonly string[]): SpawnSyncReturns<string> {
    return spawnSync(process.execPath, [cli, ...words], { env: this.#environment, encoding: 'utf8' });
  }

  #read(name: string): string {
    try {
      return readFileSync(join(this.#stateDirectory(), name), 'utf8');
    } catch {
      return '';
    }
  }

  #stateDirectory(): string {
    const runs = join(this.#home, '.rampart/run');
    return join(runs, readdirSync(runs)[0] ?? 'none');
  }
}
