import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLoader } from '../../../src/client/readLoader.ts';
import { createFixtureProcesses, type FixtureProcess } from '../../support/fixtureProcesses.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

test('reads what a shell was started with for the loader and the library, and whether that can be in it', (context) => {
  const folder = temporaryFolder(context);
  const script = join(folder, 'script');
  writeFileSync(script, '#!/bin/sh\n');
  const foreign = join(folder, 'foreign');
  // The head of a program with words of 32 bits.
  writeFileSync(foreign, Buffer.from('7f454c4601010100', 'hex'));
  for (const file of [script, foreign]) chmodSync(file, 0o755);
  const url = 'unix:///d/endpoint.sock';
  const shell = { ppid: 1, session: 10, environment: ['A=1', 'LD_PRELOAD=/l.so:'] };
  const processes = createFixtureProcesses(temporaryFolder(context), [
    { ...shell, pid: 10, executable: script },
    { ...shell, pid: 11, executable: foreign },
    { ...shell, pid: 12, executable: script, environment: ['A=1'] },
    // A set-uid shell, as a superuser sees it, and as everybody else does.
    { ...shell, pid: 13, executable: script, user: 0, realUser: 1_000 },
    { ...shell, pid: 14, hidden: ['environ', 'exe', 'maps'] },
    { ...shell, pid: 15, executable: script, state: 'Z' },
    { ...shell, pid: 17, executable: script, environment: ['LD_PRELOAD=/l.so', `RAMPART_URL=${url}`] },
    { ...shell, pid: 18, executable: script, environment: ['LD_PRELOAD=/l.so', 'RAMPART_URL=http://x.test'] },
    { ...shell, pid: 19, executable: script, environment: ['LD_PRELOAD=/l.so', 'RAMPART_MODE=monitor'] },
    { ...shell, pid: 20, executable: script, environment: ['LD_PRELOAD=/l.so', 'RAMPART_MODE='] },
    {
      ...shell,
      pid: 21,
      executable: script,
      environment: ['LD_PRELOAD=/l.so', 'RAMPART_URL=http://localhost:19090/'],
    },
  ] satisfies FixtureProcess[]);
  const library = '/l.so';
  const usual = { library, isAskingOther: false, isLenient: false };
  const read = (pid: number): unknown =>
    readLoader(processes, pid, { library, urls: [url, 'http://127.0.0.1:19090'] }, 'linux');
  assert.deepEqual(read(10), { value: '/l.so:', canLoad: true, ...usual });
  assert.deepEqual(read(11), { value: '/l.so:', canLoad: false, ...usual });
  assert.deepEqual(read(12), { value: null, canLoad: true, ...usual });
  assert.deepEqual(read(13), { value: '/l.so:', canLoad: false, ...usual });
  assert.deepEqual(read(14), { value: null, canLoad: false, ...usual });
  assert.deepEqual([read(15), read(16)], [null, null]);
  const told = { value: library, canLoad: true, ...usual };
  assert.deepEqual([read(17), read(20), read(21)], [told, told, told]);
  assert.deepEqual(read(18), { ...told, isAskingOther: true });
  assert.deepEqual(read(19), { ...told, isLenient: true });
});
