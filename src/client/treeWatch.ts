import type { ProcessTable } from '../system/processTable.ts';
import { measureTree, type TreeMeasure } from './measureTree.ts';

/**
 * Looks at trees of processes again and again. What lacks the library is told of from the second look on: between
 * its start and the loader's work every program lacks it.
 */
export class TreeWatch {
  readonly #processes: ProcessTable;
  readonly #before = new Map<number, TreeMeasure>();

  constructor(processes: ProcessTable) {
    this.#processes = processes;
  }

  /** Measures a tree; null where nothing can be measured. */
  look(leader: number): TreeMeasure | null {
    const now = measureTree(this.#processes, leader);
    const before = this.#before.get(leader);
    if (now === null) {
      this.#before.delete(leader);
      return null;
    }
    this.#before.set(leader, now);
    const wasBare = new Set(before?.bare.map(({ pid }) => pid));
    const isLeaderSure = now.leader !== false || before?.leader === false;
    return {
      leader: isLeaderSure ? now.leader : null,
      loaded: now.loaded,
      bare: now.bare.filter(({ pid }) => wasBare.has(pid)),
    };
  }

  /** Forgets trees that are not looked at any more. */
  keepOnly(leaders: ReadonlySet<number>): void {
    for (const leader of this.#before.keys()) if (!leaders.has(leader)) this.#before.delete(leader);
  }
}
