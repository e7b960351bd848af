import type { AuditRecord } from '../../src/protocol/auditRecord.ts';
import type { SessionView } from '../../src/protocol/session.ts';

/** A complete record of an allowed `ls`, with what a test wants otherwise. */
export function auditRecord(wanted: Partial<AuditRecord>): AuditRecord {
  return {
    schema_version: 'rampart.audit.v1',
    id: '0123456789abcdef0123456789abcdef',
    timestamp: '2026-01-02T03:04:05.678Z',
    agent: 'preload',
    actor: 'person',
    session: 'preload-7',
    tool: 'exec',
    request: { command: 'ls' },
    decision: { action: 'allow', message: '', matched_policies: null, evaluation_time_us: 12 },
    rule: null,
    argv: ['ls'],
    exe: '/bin/ls',
    cwd: '/tmp',
    pid: 7,
    ppid: 6,
    sid: 5,
    door: 'execve',
    markers: [],
    guardable: true,
    truncated: false,
    enforced: true,
    mode: 'enforce',
    ...wanted,
  };
}

/** A session of which nothing but its pid is known, with what a test wants otherwise. */
export function sessionView(wanted: Partial<SessionView>): SessionView {
  return {
    pid: 7,
    started: 0,
    kind: 'unknown',
    name: '',
    hidden: false,
    protection: 'scoped',
    actor: null,
    parent: null,
    dormant: false,
    guarded: false,
    library: null,
    agent: null,
    denied: 0,
    unenforced: 0,
    decisions: 0,
    ...wanted,
  };
}
