import type { AuditRecord } from '../protocol/auditRecord.ts';

/** A session as a record names it. */
export type RecordedSession = Pick<AuditRecord, 'sid' | 'sid_started'>;

/**
 * The same for all records of one session and no other: its number is given again, to another process and after a restart
 * of the machine. Null where a record names none. Older records do not say when it started; they are kept apart from all
 * that do.
 */
export function sessionKeyOf({ sid, sid_started: started }: RecordedSession): string | null {
  if (sid === null) return null;
  return started === undefined ? String(sid) : `${sid}:${started}`;
}
