import { measureTree, nameOf } from '../client/measureTree.ts';
import type { BareProcess, BareReason } from '../client/measureTree.ts';
import { namesLibrary } from '../system/namesLibrary.ts';
import type { ProcessTable } from '../system/processTable.ts';

/** What is said of a program that runs in a guarded tree without the library. */
export const bareReasons: Readonly<Record<BareReason, string>> = {
  notLoaded: 'the library cannot be loaded into it',
  notTold: 'it was started without the library',
  privileged: 'it has rights of its own',
};

/** The programs that run without the library in the trees which ask at this address. */
export function findBarePrograms(processes: ProcessTable, url: string): readonly BareProcess[] {
  const isTold = (pid: number): boolean => {
    const environment = processes.environment(pid) ?? [];
    return environment.includes(`RAMPART_URL=${url}`) && environment.some(namesLibrary);
  };
  const roots = (processes.all() ?? []).filter(
    (pid) => isTold(pid) && !isTold(processes.stat(pid)?.ppid ?? 0),
  );
  return roots.flatMap((pid) => {
    const measure = measureTree(processes, pid);
    if (measure === null) return [];
    const own: BareProcess = { pid, name: nameOf(processes, pid), reason: 'notLoaded' };
    return [...(measure.leader === false ? [own] : []), ...measure.bare];
  });
}
