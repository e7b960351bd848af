import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { homeDirectory } from '../system/stateDirectory.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { isLibraryIn } from './authority.ts';
import { defaultLingerMs } from './options.ts';
import type { EndpointOptions } from './options.ts';

/** What whoever starts an endpoint tells it. */
export interface StartWishes {
  readonly options: EndpointOptions;
  /** `HOME`, where a person's policies are. */
  readonly home: string | undefined;
  /** `RAMPART_TOKEN`, for TCP. */
  readonly token: string | undefined;
  /** `TMPDIR`, in which much is allowed. */
  readonly temporary: string | undefined;
}

/** What is left of the wishes, and the names of those that are not obeyed. */
export interface TightenedStart {
  readonly wishes: StartWishes;
  readonly ignored: readonly string[];
}

/** How many processes above ours are looked at; an endpoint with more of them counts as guarded. */
const maxAncestors = 128;

/**
 * Whether an endpoint is being started from inside the tree that it is to guard: the library is in it, in a process
 * above it or in the leader of a session of these, and asks at this very state directory. Whoever ended an endpoint
 * there must not get a more lenient one by starting it.
 */
export function isStartedUnderGuard(directory: string, pid: number, processes: ProcessTable): boolean {
  const identity = identityOf(directory);
  if (identity === null) return false;
  const asksThere = (each: number): boolean =>
    isLibraryIn(each, processes) === true &&
    (processes.environment(each) ?? []).some((entry) => guardedIdentityOf(entry) === identity);
  let current = pid;
  for (let step = 0; step < maxAncestors; step += 1) {
    if (asksThere(current)) return true;
    const stat = processes.stat(current);
    if (stat === null) return false;
    if (stat.session > 0 && stat.session !== current && asksThere(stat.session)) return true;
    if (stat.ppid <= 0) return false;
    current = stat.ppid;
  }
  return true;
}

/** Takes out what could loosen the guard; the mode is left, because the kept one has to be known to judge it. */
export function tightenStart(wishes: StartWishes): TightenedStart {
  const { options, home, token, temporary } = wishes;
  const ignored = [
    ...options.policyFiles.map((file) => `--policy ${file}`),
    ...(options.withDefaultPolicy ? [] : ['--no-default-policy']),
    ...(options.upstream === null ? [] : [`--upstream ${options.upstream.url}`]),
    ...(options.lingerMs < defaultLingerMs ? [`--linger ${options.lingerMs / 1_000}`] : []),
    ...(isTold(token) ? ['RAMPART_TOKEN'] : []),
    ...(isTold(home) && homeDirectory(home) !== homeDirectory(undefined) ? [`HOME=${home}`] : []),
    ...(isTold(temporary) && temporary !== '/tmp' ? [`TMPDIR=${temporary}`] : []),
  ];
  const lingerMs = Math.max(options.lingerMs, defaultLingerMs);
  // Our own command line names its starter, which is nothing to complain about.
  const tightened = { policyFiles: [], withDefaultPolicy: true, startedBy: [], upstream: null, lingerMs };
  return {
    wishes: {
      options: { ...options, ...tightened },
      home: undefined,
      token: undefined,
      temporary: undefined,
    },
    ignored,
  };
}

function isTold(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

/** The state directory that an entry of an environment makes the library ask at. */
function guardedIdentityOf(entry: string): string | null {
  const [, socket] = /^RAMPART_URL=unix:\/\/(\/.+)$/s.exec(entry) ?? [];
  return socket === undefined ? null : identityOf(dirname(socket));
}

/** A directory under whichever of its names. */
function identityOf(directory: string): string | null {
  try {
    const { dev, ino } = statSync(directory, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
