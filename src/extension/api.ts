import type { Event } from '../base/emitter.ts';
import type { DecisionGroup } from '../presentation/decisionGroups.ts';
import type { SessionSubject } from '../presentation/sessionLabel.ts';
import type { GuardStatus, StatusText } from '../presentation/statusText.ts';
import type { ApprovalView } from '../protocol/approval.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';

/** What `activate` gives to the editor, and so to tests and other extensions: to look at, not to steer. */
export interface RampartApi {
  /** How long `activate` took, in milliseconds. */
  readonly activationMs: number;
  /** Resolves when the user's setting has been carried out for this window for the first time. */
  readonly settled: Promise<void>;
  status(): GuardStatus;
  readonly onDidChangeStatus: Event<GuardStatus>;
  /** The status-bar item as it is shown. */
  statusText(): StatusText;
  /** The decisions that are kept, the oldest first. */
  decisions(): readonly AuditRecord[];
  /** What the view of decisions shows: grouped and filtered as it is there, the newest first. */
  decisionGroups(): readonly DecisionGroup[];
  /** The commands that wait for a person, the oldest first. */
  approvals(): readonly ApprovalView[];
  /** This window's terminals and tasks. */
  terminals(): readonly SessionSubject[];
  /** The guarded sessions in the terminal of a process, as panes of a terminal multiplexer; for null those outside this window. */
  inner(pid: number | null): readonly SessionSubject[];
  /** The extension host as the view shows it, with what its extensions started; empty while that is not guarded. */
  host(): readonly SessionSubject[];
  /** What is debugged outside of any terminal. */
  debugged(): readonly SessionSubject[];
  /** What the views call the session of a decision, also after it has ended; null when nobody named it. */
  sessionName(sid: number): string | null;
}
