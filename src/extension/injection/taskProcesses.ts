import * as vscode from 'vscode';

/** How long after its end a task's terminal may still become known, in milliseconds. */
const lateTerminalMs = 10_000;

/** The processes of tasks: a task's start, its terminal and its end arrive in any order. */
export class TaskProcesses {
  readonly #running = new Map<number, vscode.TaskExecution>();
  /** When tasks ended, by pid: the terminal of a short one may become known only then. */
  readonly #ended = new Map<number, number>();

  start(pid: number, execution: vscode.TaskExecution): void {
    this.#running.set(pid, execution);
    this.#ended.delete(pid);
  }

  /** Notes the end of a task at a time in milliseconds; tells which processes were its own. */
  end(execution: vscode.TaskExecution, now: number): readonly number[] {
    const pids = [...this.#running].filter(([, started]) => started === execution).map(([pid]) => pid);
    for (const pid of pids) {
      this.#running.delete(pid);
      this.#ended.set(pid, now);
    }
    return pids;
  }

  /** Whether any of these tasks will have a process that is not known yet. */
  isAnyStarting(executions: readonly vscode.TaskExecution[]): boolean {
    const known = new Set(this.#running.values());
    // A task of an extension's own terminal has none.
    const hasProcess = ({ task }: vscode.TaskExecution): boolean =>
      task.execution !== undefined && !(task.execution instanceof vscode.CustomExecution);
    return executions.some((execution) => hasProcess(execution) && !known.has(execution));
  }

  isRunning(pid: number): boolean {
    return this.#running.has(pid);
  }

  hasEnded(pid: number): boolean {
    return this.#ended.has(pid);
  }

  /** The name of the task that runs in a process; null when none does. */
  nameOf(pid: number): string | null {
    return this.#running.get(pid)?.task.name ?? null;
  }

  /** Forgets tasks that ended long ago. */
  forgetOld(now: number): void {
    for (const [pid, endedAt] of this.#ended) {
      if (now - endedAt > lateTerminalMs) this.#ended.delete(pid);
    }
  }
}
