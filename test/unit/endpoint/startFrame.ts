import type { JournalFrame } from '../../../src/system/journalFrame.ts';

/** What a library tells in the journal of a start of `ls`, but for the given parts. */
export function startFrame(parts: Partial<JournalFrame>): JournalFrame {
  return {
    kind: 'unanswered',
    argvCut: false,
    guardable: true,
    errno: 0,
    id: '0123456789abcdef0123456789abcdef',
    time: 1_772_600_000_000_000_000n,
    pid: 300,
    ppid: 200,
    sid: 200,
    markers: [],
    started: 0,
    library: null,
    door: 'execve',
    agent: 'preload',
    session: 's',
    exe: '/bin/ls',
    cwd: '/w',
    argv: ['ls'],
    ...parts,
  };
}
