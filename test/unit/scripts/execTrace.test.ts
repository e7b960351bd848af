import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseExecTrace } from '../../transparency/execTrace.ts';

describe('parseExecTrace', () => {
  it('counts execs that the kernel carried out, and no others', () => {
    const text = `10 execve("/bin/sh", ["sh", "-c", "a) = 0"], 0x7f /* 3 vars */) = 0
11 execve("/usr/local/bin/a", ["a"], 0x7f /* 3 vars */) = -1 ENOENT (No such file or directory)
11 execveat(3, "", ["a"], 0x7f /* 3 vars */, AT_EMPTY_PATH) = 0
12 +++ exited with 0 +++
`;
    assert.deepEqual(parseExecTrace(text), [
      { pid: 10, path: '/bin/sh' },
      { pid: 11, path: '' },
    ]);
  });

  it('puts the two parts of an interrupted line together', () => {
    const text = `10 execve("/bin/a", ["a"], 0x7f <unfinished ...>
11 execve("/bin/b", ["b"], 0x7f <unfinished ...>
10 <... execve resumed>)             = 0
11 <... execve resumed>)             = -1 E2BIG (Argument list too long)
`;
    assert.deepEqual(parseExecTrace(text), [{ pid: 10, path: '/bin/a' }]);
  });
});
