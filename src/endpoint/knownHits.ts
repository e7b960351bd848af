import type { Mutable } from '../base/record.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import type { Mode } from '../protocol/mode.ts';
import type { JournalFrame } from '../system/journalFrame.ts';
import { recordOfFrame } from './auditEntry.ts';
import type { Verdicts } from './verdicts.ts';

/**
 * How many records are remembered, and of how many characters in all: after half as many the older half goes. What a small
 * program's configure script starts has a thousand records of 350,000 characters; of what goes round in more than fits into
 * a half, each would be found out anew.
 */
const maxKnown = 4_096;
const maxKnownLength = 1_048_576;

/**
 * Makes the records of what the verdict table allowed. What is built starts the same programs again and again: what their
 * records have in common is found out once, and holds while no verdict is taken back.
 */
export class KnownHits {
  readonly #verdicts: Pick<Verdicts, 'find' | 'takenBack'>;
  /** By all that a record says but for when, by which process and whose it is. In two halves, what was seen lately in the newer. */
  #recent = new Map<string, AuditRecord>();
  #older: ReadonlyMap<string, AuditRecord> = new Map<string, AuditRecord>();
  #recentLength = 0;
  #takenBack = 0;

  constructor(verdicts: Pick<Verdicts, 'find' | 'takenBack'>) {
    this.#verdicts = verdicts;
  }

  /** The record of a frame that tells of a table hit, which is the caller's own. */
  recordOf(frame: JournalFrame, mode: Mode): Mutable<AuditRecord> | null {
    this.#forgetTakenBack();
    const key = keyOf(frame, mode);
    const known = this.#recent.get(key) ?? this.#older.get(key);
    if (known !== undefined) {
      if (!this.#recent.has(key)) this.#remember(key, known);
      return recordOfSame(known, frame);
    }
    const decision = this.#verdicts.find(frame);
    const record = recordOfFrame(frame, mode, decision);
    // Bytes that are no UTF-8 stand in the record, and not in the key.
    if (decision !== null && record !== null && frame.argvBase64 === undefined)
      this.#remember(key, { ...record });
    return record;
  }

  #remember(key: string, record: AuditRecord): void {
    if (this.#recent.size >= maxKnown / 2 || this.#recentLength + key.length > maxKnownLength / 2) {
      this.#older = this.#recent;
      this.#recent = new Map();
      this.#recentLength = 0;
    }
    this.#recent.set(key, record);
    this.#recentLength += key.length;
  }

  #forgetTakenBack(): void {
    if (this.#takenBack === this.#verdicts.takenBack) return;
    this.#takenBack = this.#verdicts.takenBack;
    this.#recent = new Map();
    this.#older = this.#recent;
    this.#recentLength = 0;
  }
}

/** No two frames have the same key that differ in what it is made of: arguments have no NUL, and of the texts before them it has the lengths. */
function keyOf(frame: JournalFrame, mode: Mode): string {
  const { door, agent, session, exe, cwd, argv, markers, argvCut, guardable } = frame;
  const head = `${mode} ${argvCut} ${guardable} ${markers.join()} ${door.length} ${agent.length} ${session.length} ${exe.length} ${cwd.length}`;
  return `${head} ${door}${agent}${session}${exe}${cwd}${argv.join('\0')}`;
}

/** Written out where they differ, because a copy alone costs as little as that. */
function recordOfSame(known: AuditRecord, { id, time, pid, ppid, sid }: JournalFrame): Mutable<AuditRecord> {
  const record: Mutable<AuditRecord> = { ...known };
  record.id = id;
  record.timestamp = new Date(Number(time / 1_000_000n)).toISOString();
  record.pid = pid;
  record.ppid = ppid;
  record.sid = sid;
  return record;
}
