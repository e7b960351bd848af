import type { Mutable } from '../base/record.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import type { AuditLog } from './auditLog.ts';
import type { EventStream } from './eventStream.ts';
import { redactText } from './redact.ts';
import type { SessionStore } from './sessions.ts';

/** Where a finished record goes: log first, then the windows. */
export interface Recorder {
  /**
   * Completes a record that was made for this and hands it on. Whether it is in the log now. One with an id that was
   * recorded already is passed over.
   */
  record(entry: AuditRecord): boolean;
  /** Records what `run` records with few writes; nobody may be answered before this returns. */
  together(run: () => void): void;
  /** Whether a record with this id was made lately. */
  has(id: string): boolean;
}

/** The one way in which a decision is recorded, whichever way it came. */
export function createRecorder(log: AuditLog, stream: EventStream, sessions: SessionStore): Recorder {
  return {
    together: (run) => log.together(run),
    has: (id) => log.has(id),
    record: (entry) => {
      if (log.has(entry.id)) return true;
      nameSession(entry, sessions);
      const json = JSON.stringify(entry);
      const isWritten = log.append(entry.id, json);
      if (entry.tool !== 'rampart') sessions.noteDecision(entry);
      stream.publish({ type: 'audit', event: entry }, `{"type":"audit","event":${json}}`);
      return isWritten;
    },
  };
}

/**
 * The terminal is gone when somebody reads the log, and its number says nothing to them: it is given again. Written into
 * the record itself, because nearly every record has a session and copying one is dear.
 */
function nameSession(entry: Mutable<AuditRecord>, sessions: SessionStore): void {
  const { sid } = entry;
  if (sid === null || sid <= 0) return;
  const started = sessions.startOf(sid);
  const name = sessions.nameOf(sid);
  if (started !== 0) entry.sid_started = started;
  if (name !== '') entry.terminal = redactText(name);
}
