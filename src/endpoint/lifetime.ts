import type { Disposable } from '../base/disposable.ts';
import type { ProcessTable } from '../system/processTable.ts';

/** How often it is looked who is still there, in milliseconds. */
const checkIntervalMs = 1_000;

/** How many processes are remembered; the one that was seen first goes. */
const maxRemembered = 4_096;

/**
 * Who used the endpoint: the leaders of the sessions that asked, by pid and start time, so that a later process
 * with the same pid counts for nothing.
 */
export class Askers {
  readonly #processes: ProcessTable;
  readonly #users = new Map<number, number>();

  constructor(processes: ProcessTable) {
    this.#processes = processes;
  }

  /** Notes the leader of the asker's session, or the asker itself when that leader is gone. */
  note(pid: number | null, sid: number | null): void {
    if (sid !== null && sid > 0 && (this.#users.has(sid) || this.#remember(sid))) return;
    if (pid !== null && pid > 0) this.#remember(pid);
  }

  /** Whether any of them still runs. The others are forgotten. */
  hasLiving(): boolean {
    for (const [pid, started] of this.#users) {
      if (!this.#processes.isRunning(pid, started)) this.#users.delete(pid);
    }
    return this.#users.size > 0;
  }

  #remember(pid: number): boolean {
    if (!this.#processes.isRunning(pid, 0)) return false;
    const [oldest] = this.#users.keys();
    if (oldest !== undefined && this.#users.size >= maxRemembered) this.#users.delete(oldest);
    this.#users.set(pid, this.#processes.stat(pid)?.started ?? 0);
    return true;
  }
}

/** Calls `onEnd` once nothing has held the endpoint for a while; disposing ends the watch. */
export function watchLifetime(lingerMs: number, isHeld: () => boolean, onEnd: () => void): Disposable {
  let lastHeld = performance.now();
  const timer = setInterval(() => {
    if (isHeld()) lastHeld = performance.now();
    else if (performance.now() - lastHeld >= lingerMs) onEnd();
  }, checkIntervalMs);
  timer.unref();
  return { dispose: () => clearInterval(timer) };
}
