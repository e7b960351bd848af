import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEndpointUrl } from '../client/endpointAddress.ts';
import { readBootId } from '../system/bootId.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { statePathsIn } from '../system/stateDirectory.ts';
import { parseStateHeader } from '../system/stateFile.ts';
import { readDormantSessions } from '../system/stateTables.ts';

/**
 * Whether the library asks nobody about what a person starts in our session. It is read where the library reads it, in
 * the state file beside the socket: the endpoint tells no guarded program of its sessions.
 */
export function isLeftAlone(url: string, processes: ProcessTable): boolean {
  const address = parseEndpointUrl(url);
  if (!address.ok || address.value.kind !== 'socket') return false;
  const file = readBytes(statePathsIn(dirname(address.value.path)).state);
  if (file === null || !parseStateHeader(file, readBootId()).ok) return false;
  const sid = processes.stat(process.pid)?.session;
  const leader = sid === undefined ? null : processes.stat(sid);
  const namespace = processes.namespace(process.pid);
  return readDormantSessions(file).some(
    (one) =>
      one.sid === leader?.pid && one.started === leader.started && `pid:[${one.namespace}]` === namespace,
  );
}

function readBytes(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
