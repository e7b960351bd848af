import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TreeWatch } from '../../../src/client/treeWatch.ts';
import { createFixtureProcesses, type FixtureProcess } from '../../support/fixtureProcesses.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const loaded = '7f00-7f01 r-xp 0 fe:00 1 /home/u/.rampart/lib/linux-x64/0123456789abcdef/librampart.so\n';
const told = ['LD_PRELOAD=/home/u/.rampart/lib/linux-x64/librampart.so:'];

function processOf(pid: number, ppid: number, more: Partial<FixtureProcess> = {}): FixtureProcess {
  return { pid, ppid, session: 10, maps: loaded, environment: told, ...more };
}

test('finds in a tree which programs run without the library, and why', (context) => {
  const watch = new TreeWatch(
    createFixtureProcesses(temporaryFolder(context), [
      processOf(10, 1),
      processOf(11, 10, { executable: '/usr/bin/make' }),
      processOf(12, 11, { executable: '/usr/bin/kubectl', maps: '' }),
      processOf(13, 11, { executable: '/usr/bin/cleaned', maps: 'x /lib/libc.so\n', environment: [] }),
      processOf(14, 10, { executable: '/usr/bin/sudo', hidden: ['maps', 'environ'] }),
      // What a superuser sees of a set-uid program.
      processOf(16, 10, { executable: '/usr/bin/chfn', maps: 'x /lib/libc.so\n', user: 0, realUser: 1_000 }),
      processOf(15, 10, { state: 'Z', maps: '' }),
    ]),
  );
  watch.look(10);
  const measure = watch.look(10);
  assert.equal(measure?.leader, true);
  assert.equal(measure.loaded, 1);
  assert.deepEqual(measure.bare.map(({ name, reason }) => `${name} ${reason}`).sort(), [
    'chfn privileged',
    'cleaned notTold',
    'kubectl notLoaded',
    'sudo privileged',
  ]);
});

test('believes what lacks the library only when it still does at the second look', (context) => {
  const folder = temporaryFolder(context);
  const processes = [
    processOf(10, 1, { maps: 'x /lib/ld.so\n' }),
    processOf(11, 10, { maps: 'x /lib/ld.so\n' }),
  ];
  const watch = new TreeWatch(createFixtureProcesses(folder, processes));
  assert.deepEqual(watch.look(10), { leader: null, loaded: 0, bare: [] });
  writeFileSync(join(folder, '11/maps'), loaded);
  assert.deepEqual(watch.look(10), { leader: false, loaded: 1, bare: [] });
});

test('says nothing of a tree that has ended', (context) => {
  const folder = temporaryFolder(context);
  const watch = new TreeWatch(createFixtureProcesses(folder, [processOf(10, 1)]));
  assert.equal(watch.look(10)?.leader, true);
  rmSync(join(folder, '10'), { recursive: true });
  assert.equal(watch.look(10), null);
});
