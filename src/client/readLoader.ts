import { loaderVariable } from '../protocol/environment.ts';
import { isGuardable } from '../system/isGuardable.ts';
import type { ProcessTable } from '../system/processTable.ts';

/** What a process was started with in the loader variable. */
export interface LoaderReading {
  /** Null when the variable was not there, or cannot be read. */
  readonly value: string | null;
  /** The library that should be in it, as it was given. */
  readonly library: string | null;
  /** Whether the loader puts a library into its program. */
  readonly canLoad: boolean;
}

/** Reads that as the kernel keeps it; null where it cannot be told. */
export function readLoader(
  processes: ProcessTable,
  pid: number,
  library: string | null,
  platform: string,
): LoaderReading | null {
  if (processes.stat(pid)?.alive !== true) return null;
  const program = processes.executable(pid);
  // The kernel shows nobody but the superuser a program that got rights of its own when it started.
  const canLoad = program !== null && processes.actsAsOther(pid) !== true && isGuardable(program);
  const prefix = `${loaderVariable(platform)}=`;
  const entry = processes.environment(pid)?.find((one) => one.startsWith(prefix));
  return { value: entry?.slice(prefix.length) ?? null, library, canLoad };
}
