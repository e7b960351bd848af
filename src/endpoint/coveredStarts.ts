import type { Stopwatch } from '../base/clock.ts';
import type { NamedCommand } from '../policy/namedCommands.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { ProcessTable } from '../system/processTable.ts';

/** How many processes with approved texts are remembered; the oldest goes first. */
const maxShells = 256;

/** How long after its approval a text still covers what it names, in milliseconds. */
const coveredLifeMs = 600_000;

/** A process whose text a person approved, and what of that text it has not started yet. */
interface ApprovedShell {
  readonly pid: number;
  readonly started: number;
  readonly overrules: boolean;
  /** As the stopwatch has it. */
  readonly until: number;
  commands: readonly NamedCommand[];
}

/**
 * What a person approved with a shell's text: each command that stands in it word for word may be started once, by that
 * very process, in its place or as its child, and in the directory that the text says. Nothing else is opened by it.
 */
export class CoveredStarts {
  readonly #stopwatch: Stopwatch;
  readonly #processes: ProcessTable;
  #shells: readonly ApprovedShell[] = [];

  constructor(stopwatch: Stopwatch, processes: ProcessTable) {
    this.#stopwatch = stopwatch;
    this.#processes = processes;
  }

  /** The process of a request may start these commands, also against a denial when a person overruled it. */
  add({ pid }: Pick<ExecRequest, 'pid'>, commands: readonly NamedCommand[], overrules: boolean): void {
    const stat = pid === null ? null : this.#processes.stat(pid);
    if (stat === null || commands.length === 0) return;
    const until = this.#stopwatch.elapsed() + coveredLifeMs;
    const shell = { pid: stat.pid, started: stat.started, overrules, until, commands };
    this.#shells = [...this.#living(), shell].slice(-maxShells);
  }

  /** Whether a question is about one of them, which it uses up. */
  take({ pid, ppid, argv, exe, cwd }: ExecRequest, isDenial: boolean): boolean {
    if (argv === null || this.#shells.length === 0) return false;
    const isNamed = ({ words, directory }: NamedCommand): boolean =>
      words.length === argv.length &&
      words.every((word, index) => word === argv[index]) &&
      lastComponent(words[0] ?? '') === lastComponent(exe ?? '') &&
      directory === cwd;
    for (const shell of this.#living()) {
      const isItsOwn = shell.pid === pid || shell.pid === ppid;
      const found = isItsOwn && (shell.overrules || !isDenial) ? shell.commands.find(isNamed) : undefined;
      if (found === undefined) continue;
      shell.commands = shell.commands.filter((command) => command !== found);
      return true;
    }
    return false;
  }

  #living(): readonly ApprovedShell[] {
    const now = this.#stopwatch.elapsed();
    return this.#shells.filter(
      ({ pid, started, until }) => until > now && this.#processes.isRunning(pid, started),
    );
  }
}

function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
