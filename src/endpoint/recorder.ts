import type { AuditRecord } from '../protocol/auditRecord.ts';
import type { AuditLog } from './auditLog.ts';
import type { EventStream } from './eventStream.ts';
import { redactText } from './redact.ts';
import type { SessionStore } from './sessions.ts';

/** Where a finished record goes: log first, then the windows. */
export interface Recorder {
  /** Whether the record is in the log now. One with an id that was recorded already is passed over. */
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
    record: (made) => {
      if (log.has(made.id)) return true;
      const entry = withSession(made, sessions);
      const json = JSON.stringify(entry);
      const isWritten = log.append(entry.id, json);
      if (entry.tool !== 'rampart') sessions.noteDecision(entry);
      stream.publish({ type: 'audit', event: entry }, `{"type":"audit","event":${json}}`);
      return isWritten;
    },
  };
}

/** The terminal is gone when somebody reads the log, and its number says nothing to them: it is given again. */
function withSession(entry: AuditRecord, sessions: SessionStore): AuditRecord {
  const { sid } = entry;
  if (sid === null || sid <= 0) return entry;
  const started = sessions.startOf(sid);
  const name = sessions.nameOf(sid);
  if (started === 0 && name === '') return entry;
  return {
    ...entry,
    ...(started === 0 ? {} : { sid_started: started }),
    ...(name === '' ? {} : { terminal: redactText(name) }),
  };
}
