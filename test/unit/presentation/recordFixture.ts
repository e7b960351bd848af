import type { AuditRecord } from '../../../src/protocol/auditRecord.ts';
import type { SessionView } from '../../../src/protocol/session.ts';

const plainRecord: AuditRecord = {
  schema_version: 'rampart.audit.v1',
  id: '00112233445566778899aabbccddeeff',
  timestamp: '2026-11-22T10:00:00.000Z',
  agent: 'preload',
  session: 'preload-41',
  tool: 'exec',
  request: { command: 'ls -l' },
  decision: { action: 'allow', message: '', matched_policies: null, evaluation_time_us: 420 },
  rule: null,
  argv: ['ls', '-l'],
  exe: '/bin/ls',
  cwd: '/project',
  pid: 42,
  ppid: 41,
  sid: 41,
  door: 'execve',
  markers: [],
  guardable: true,
  truncated: false,
  enforced: true,
  mode: 'enforce',
};

/** An allowed `ls -l`, with what a test changes about it. */
export function createRecord(changes: Partial<AuditRecord> = {}): AuditRecord {
  return { ...plainRecord, ...changes };
}

/** A denied `rm -rf /precious`, with what a test changes about it. */
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

/** A guarded terminal, with what a test changes about it. */
export function createView(changes: Partial<SessionView> = {}): SessionView {
  return {
    pid: 41,
    started: 1000,
    kind: 'terminal',
    name: 'bash',
    hidden: false,
    protection: 'protected',
    guarded: true,
    library: 'abcd',
    agent: null,
    denied: 0,
    decisions: 0,
    ...changes,
  };
}
