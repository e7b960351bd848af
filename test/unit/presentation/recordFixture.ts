import type { AuditRecord } from '../../../src/protocol/auditRecord.ts';
import type { SessionView } from '../../../src/protocol/session.ts';
import { auditRecord, sessionView } from '../../support/records.ts';

/** An allowed `ls -l` in session 41, with what a test changes about it. */
export function createRecord(changes: Partial<AuditRecord> = {}): AuditRecord {
  return auditRecord({
    request: { command: 'ls -l' },
    cwd: '/project',
    pid: 42,
    ppid: 41,
    sid: 41,
    ...changes,
  });
}

/** A denied `rm -rf /precious` in session 41, with what a test changes about it. */
export function createDenial(changes: Partial<AuditRecord> = {}): AuditRecord {
  return createRecord({
    request: { command: 'rm -rf /precious' },
    decision: {
      action: 'deny',
      message: 'deletes a folder',
      matched_policies: ['files'],
      evaluation_time_us: 900,
    },
    rule: { policy: 'files', index: 2, file: '/policies/default.yaml', line: 31 },
    ...changes,
  });
}

/** A record that tells of the endpoint itself, with what a test changes about it. */
export function createNote(changes: Partial<AuditRecord> = {}): AuditRecord {
  return createRecord({
    agent: 'rampart',
    actor: null,
    session: 'endpoint',
    tool: 'rampart',
    request: { command: 'guard on' },
    decision: {
      action: 'watch',
      message: '/project: the command Protect Terminal',
      matched_policies: null,
      evaluation_time_us: 0,
    },
    argv: null,
    cwd: null,
    ppid: null,
    sid: null,
    ...changes,
  });
}

/** A guarded terminal with pid 41, with what a test changes about it. */
export function createView(changes: Partial<SessionView> = {}): SessionView {
  return sessionView({ pid: 41, started: 1000, kind: 'terminal', name: 'bash', guarded: true, ...changes });
}
