import type { ProcessTable } from '../system/processTable.ts';
import { measureTree, type TreeMeasure } from './measureTree.ts';

/** How many trees are remembered from one look to the next. */
const maxTrees = 512;

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
    // The one looked at longest ago comes first.
    this.#before.delete(leader);
    this.#before.set(leader, now);
    const [oldest] = this.#before.keys();
    if (this.#before.size > maxTrees && oldest !== undefined) this.#before.delete(oldest);
    const wasBare = new Set(before?.bare.map(({ pid }) => pid));
    const isLeaderSure = now.leader !== false || before?.leader === false;
    return {
      leader: isLeaderSure ? now.leader : null,
      loaded: now.loaded,
      bare: now.bare.filter(({ pid }) => wasBare.has(pid)),
    };
  }
}
