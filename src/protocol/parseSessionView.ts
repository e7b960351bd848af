import { isRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { isActor } from './session.ts';
import type { Protection, SessionView } from './session.ts';

/** Reads a session; docs/protocol.md, section 8. What is missing besides the pid is taken as not known. */
export function parseSessionView(value: unknown): Result<SessionView, string> {
  if (!isRecord(value) || typeof value['pid'] !== 'number') return failure('the session has no pid');
  const {
    pid,
    started,
    kind,
    name,
    hidden,
    protection,
    actor,
    dormant,
    parent,
    guarded,
    library,
    agent,
    denied,
    unenforced,
    decisions,
  } = value;
  return success({
    pid,
    started: countOf(started),
    kind: kind === 'terminal' || kind === 'task' ? kind : 'unknown',
    name: typeof name === 'string' ? name : '',
    hidden: hidden === true,
    protection: isProtection(protection) ? protection : 'scoped',
    actor: isActor(actor) ? actor : null,
    dormant: dormant === true,
    parent: typeof parent === 'number' ? parent : null,
    guarded: guarded === true,
    library: typeof library === 'string' ? library : null,
    agent: typeof agent === 'string' ? agent : null,
    denied: countOf(denied),
    unenforced: countOf(unenforced),
    decisions: countOf(decisions),
  });
}

/** Whether a value says what a person said of a terminal. */
export function isProtection(value: unknown): value is Protection {
  return value === 'protected' || value === 'released' || value === 'scoped';
}

function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
