import { isRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { isMode } from './mode.ts';
import type { Mode } from './mode.ts';

/** The answer of `GET /healthz`; docs/protocol.md, section 8. */
export interface Health {
  readonly mode: Mode;
  readonly uptime_seconds: number;
  readonly version: string;
  /** The version of the protocol; 1 where none is said. */
  readonly protocol: number;
  /** null when the endpoint is not ours. */
  readonly pid: number | null;
  /** The TCP address; null when it listens on its socket only. */
  readonly url: string | null;
  /** Whether one of a newer version may take its place. */
  readonly replaceable: boolean;
}

/** Reads a health answer by the rules that the peer's own clients apply. */
export function parseHealth(value: unknown): Result<Health, string> {
  if (!isRecord(value)) return failure('the answer is not an object');
  const { service, status, mode, uptime_seconds: uptime, version, protocol, pid, url } = value;
  const named = service === undefined || service === 'rampart';
  if (!named || status !== 'ok' || !isMode(mode)) return failure('what answers is no rampart endpoint');
  if (typeof uptime !== 'number' || typeof version !== 'string' || version.trim() === '') {
    return failure('the answer lacks a version or an uptime');
  }
  return success({
    mode,
    uptime_seconds: uptime,
    version,
    protocol: typeof protocol === 'number' ? protocol : 1,
    pid: typeof pid === 'number' ? pid : null,
    url: typeof url === 'string' ? url : null,
    replaceable: value['replaceable'] === true,
  });
}
