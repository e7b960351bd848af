import * as vscode from 'vscode';
import { isTitleOfTask } from './taskTitle.ts';

/** How long after its end a task's terminal may still become known, in milliseconds. */
const lateTerminalMs = 10_000;

/** The processes of tasks: a task's start, its terminal and its end arrive in any order. */
export class TaskProcesses {
  readonly #running = new Map<number, vscode.TaskExecution>();
  /** When tasks ended, by pid: the terminal of a short one may become known only then. */
  readonly #ended = new Map<number, number>();

  start(pid: number, execution: vscode.TaskExecution): void {
    for (const [guessed, started] of this.#running) if (started === execution) this.#running.delete(guessed);
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

  /**
   * Takes a process for that of the task whose name its terminal bears, where that task's own is not known: of a task that
   * began before this extension nobody tells which process it has. True when there is such a task.
   */
  adopt(pid: number, title: string, executions: readonly vscode.TaskExecution[]): boolean {
    const found = this.#withoutProcess(executions).find(({ task }) => isTitleOfTask(title, task.name));
    if (found !== undefined) this.#running.set(pid, found);
    return found !== undefined;
  }

  /** Whether any of these tasks has or will have a process that is not known yet. */
  isAnyStarting(executions: readonly vscode.TaskExecution[]): boolean {
    return this.#withoutProcess(executions).length > 0;
  }

  #withoutProcess(executions: readonly vscode.TaskExecution[]): readonly vscode.TaskExecution[] {
    const known = new Set(this.#running.values());
    // A task of an extension's own terminal has none.
    const hasProcess = ({ task }: vscode.TaskExecution): boolean =>
      task.execution !== undefined && !(task.execution instanceof vscode.CustomExecution);
    return executions.filter((execution) => hasProcess(execution) && !known.has(execution));
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
