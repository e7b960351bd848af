import { resolve } from 'node:path';
import type { Running } from './processes.ts';
import type { Rampart, RunOptions } from './rampart.ts';
import { until } from './until.ts';

/** What one line did in a shell. */
export interface LineOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A guarded shell that stays open, as a terminal does, and runs one line after the other. */
export class GuardedShell {
  readonly #running: Running;
  #lines = 0;

  constructor(rampart: Rampart, words: readonly string[] = [], options: RunOptions = {}, running?: Running) {
    this.#running = running ?? rampart.start(['preload', ...words, '--', 'bash', '--norc'], options);
  }

  /** A shell as an editor opens it in a terminal: armed by its environment, and leading a session of its own. */
  static inTerminal(rampart: Rampart, environment: RunOptions['environment'] = {}): GuardedShell {
    const armed = {
      LD_PRELOAD: resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so'),
      RAMPART_URL: `unix://${rampart.stateDirectory}/endpoint.sock`,
      ...environment,
    };
    const running = rampart.startProgram(['setsid', 'bash', '--norc'], { environment: armed });
    return new GuardedShell(rampart, [], {}, running);
  }

  get pid(): number | undefined {
    return this.#running.child.pid;
  }

  /** Runs a line and waits for its end; the mark that tells it is written by the shell itself. */
  async run(line: string): Promise<LineOutcome> {
    const mark = `line ${(this.#lines += 1)} ended`;
    const { child, said } = this.#running;
    const before = { ...said };
    child.stdin?.write(`${line}\necho "${mark} $?"; echo "${mark}" >&2\n`);
    await until(`\`${line}\` ended`, () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the shell ended: ${said.stderr}`);
      return said.stdout.includes(mark) && said.stderr.includes(mark);
    });
    const stdout = said.stdout.slice(before.stdout.length);
    const stderr = said.stderr.slice(before.stderr.length);
    const status = Number(stdout.slice(stdout.indexOf(mark) + mark.length));
    return {
      status,
      stdout: stdout.slice(0, stdout.indexOf(mark)),
      stderr: stderr.slice(0, stderr.indexOf(mark)),
    };
  }

  /** Ends the shell by closing its input. */
  async end(): Promise<void> {
    this.#running.child.stdin?.end();
    await this.#running.finished;
  }
}
