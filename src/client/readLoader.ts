import { loaderVariable } from '../protocol/environment.ts';
import { isGuardable } from '../system/isGuardable.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { isSameAddress } from './endpointAddress.ts';

/** What the library in a process goes by. */
export interface GuardPointers {
  /** The library that the loader should be told of; null while the guard is off. */
  readonly library: string | null;
  /** Where it should ask: every address of the endpoint. */
  readonly urls: readonly string[];
}

/** What a process was started with for the loader and for the library. */
export interface LoaderReading {
  /** Null when the variable was not there, or cannot be read. */
  readonly value: string | null;
  /** The library that should be in it, as it was given. */
  readonly library: string | null;
  /** Whether the loader puts a library into its program. */
  readonly canLoad: boolean;
  /** Whether the library in it asks somebody else. */
  readonly isAskingOther: boolean;
  /** Whether it is told to stop nothing, or not to ask at all. */
  readonly isLenient: boolean;
}

/** Reads that as the kernel keeps it; null where it cannot be told. */
export function readLoader(
  processes: ProcessTable,
  pid: number,
  { library, urls }: GuardPointers,
  platform: string,
): LoaderReading | null {
  if (processes.stat(pid)?.alive !== true) return null;
  const program = processes.executable(pid);
  // The kernel shows nobody but the superuser a program that got rights of its own when it started.
  const canLoad = program !== null && processes.actsAsOther(pid) !== true && isGuardable(program);
  const environment = processes.environment(pid);
  const valueOf = (name: string): string | null =>
    environment?.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
  return {
    ...{ value: valueOf(loaderVariable(platform)), library, canLoad },
    isAskingOther: isOther(valueOf('RAMPART_URL'), urls),
    isLenient: ['monitor', 'disabled'].includes(valueOf('RAMPART_MODE') ?? ''),
  };
}

/** Whether a library that is told this asks at none of these; one that is told nothing is told later. */
function isOther(told: string | null, urls: readonly string[]): boolean {
  return told !== null && !urls.some((url) => isSameAddress(told, url));
}
