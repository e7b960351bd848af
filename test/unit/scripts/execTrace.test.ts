import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseExecTrace } from '../../transparency/execTrace.ts';

describe('parseExecTrace', () => {
  it('counts execs that the kernel carried out, and no others', () => {
    const text = `10 1700000000.000100 execve("/bin/sh", ["sh", "-c", "a) = 0"], 0x7f /* 3 vars */) = 0
11 1700000000.000200 execve("/usr/local/bin/a", ["a"], 0x7f /* 3 vars */) = -1 ENOENT (No such file or directory)
11 1700000000.250000 execveat(3, "", ["a"], 0x7f /* 3 vars */, AT_EMPTY_PATH) = 0
12 1700000000.300000 +++ exited with 0 +++
`;
    const { execs, killed } = parseExecTrace(text);
    assert.deepEqual(
      execs.map(({ pid, path }) => [pid, path]),
      [
        [10, '/bin/sh'],
        [11, ''],
      ],
    );
    assert.equal(execs[1]?.time, 1_700_000_000_250);
    assert.deepEqual(killed, []);
  });

  it('puts the two parts of an interrupted line together', () => {
    const text = `10 1700000000.000100 execve("/bin/a", ["a"], 0x7f <unfinished ...>
11 1700000000.000200 execve("/bin/b", ["b"], 0x7f <unfinished ...>
10 1700000000.000300 <... execve resumed>)             = 0
11 1700000000.000400 <... execve resumed>)             = -1 E2BIG (Argument list too long)
`;
    const { execs } = parseExecTrace(text);
    assert.deepEqual(
      execs.map(({ pid, path }) => [pid, path]),
      [[10, '/bin/a']],
    );
  });

  it('names the processes that a signal ended', () => {
    const text = `10 1700000000.000100 execve("/bin/a", ["a"], 0x7f <unfinished ...>
10 1700000000.000200 --- SIGSYS {si_signo=SIGSYS, si_code=SYS_SECCOMP} ---
10 1700000000.000300 <... execve resumed>)             = ?
10 1700000000.000400 +++ killed by SIGSYS (core dumped) +++
`;
    assert.deepEqual(parseExecTrace(text), { execs: [], killed: [10] });
  });
});
