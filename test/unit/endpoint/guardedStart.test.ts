import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isStartedUnderGuard, tightenStart } from '../../../src/endpoint/guardedStart.ts';
import { parseEndpointOptions } from '../../../src/endpoint/options.ts';
import type { EndpointOptions } from '../../../src/endpoint/options.ts';
import { homeDirectory } from '../../../src/system/stateDirectory.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { createFixtureProcesses } from '../../support/fixtureProcesses.ts';
import type { FixtureProcess } from '../../support/fixtureProcesses.ts';
import { readRecords, startFixture } from './runningEndpoint.ts';

const library = '/home/u/.rampart/lib/linux-x64/librampart.so';
const mapped = `7f00-7f01 r-xp 00000000 fe:00 1 ${library}\n`;

/** Whether process 30 counts as started under guard; 10 leads its session, 20 stands between. */
function isUnderGuard(
  context: TestContext,
  what: 'leader' | 'between' | 'own' | 'orphan' | 'nothing',
  environment: (directory: string) => readonly string[],
): boolean {
  const folder = temporaryFolder(context);
  const directory = join(folder, 'd');
  mkdirSync(directory);
  symlinkSync(directory, join(folder, 'link'));
  const guarded = { environment: environment(directory), maps: mapped };
  const processes: readonly FixtureProcess[] = [
    { pid: 10, ppid: 1, session: 10, ...(what === 'leader' || what === 'orphan' ? guarded : {}) },
    { pid: 20, ppid: 10, session: 10, ...(what === 'between' ? guarded : {}) },
    { pid: 30, ppid: what === 'orphan' ? 1 : 20, session: 10, ...(what === 'own' ? guarded : {}) },
  ];
  return isStartedUnderGuard(
    join(folder, 'link'),
    30,
    createFixtureProcesses(join(folder, 'proc'), processes),
  );
}

const here = (directory: string): readonly string[] => [`RAMPART_URL=unix://${directory}/endpoint.sock`];

test('a start counts as guarded by its own process, one above it, or the leader of its session', (context) => {
  for (const what of ['own', 'between', 'leader', 'orphan'] as const) {
    assert.equal(isUnderGuard(context, what, here), true, what);
  }
  assert.equal(isUnderGuard(context, 'nothing', here), false);
});

test('a start is free that asks elsewhere', (context) => {
  const elsewhere = [
    () => [],
    () => ['RAMPART_URL=http://127.0.0.1:1/'],
    () => ['RAMPART_URL=unix:///nowhere/endpoint.sock'],
    (directory: string) => [`RAMPART_URL=unix://${directory}/../endpoint.sock`],
  ];
  for (const environment of elsewhere) assert.equal(isUnderGuard(context, 'between', environment), false);
});

function optionsOf(...words: readonly string[]): EndpointOptions {
  const options = parseEndpointOptions(words);
  assert.ok(options.ok);
  return options.value;
}

test('what could loosen the guard is taken out and named, the rest stays', () => {
  const options = optionsOf('--no-default-policy', '--policy', '/p', '--port', '0', '--linger', '1');
  const tightened = tightenStart({ options, home: '/tmp', token: 't', temporary: '/home' });
  assert.deepEqual(tightened, {
    wishes: { options: optionsOf('--port', '0'), home: undefined, token: undefined, temporary: undefined },
    ignored: [
      '--policy /p',
      '--no-default-policy',
      '--linger 1',
      'RAMPART_TOKEN',
      'HOME=/tmp',
      'TMPDIR=/home',
    ],
  });
});

test('a start that wishes nothing special has nothing to be told', () => {
  const options = optionsOf('--on-demand', '--started-by', '7:8', '--mode', 'disabled', '--linger', '100');
  const home = homeDirectory(undefined) ?? '';
  assert.deepEqual(tightenStart({ options, home, token: '', temporary: '/tmp' }), {
    wishes: {
      options: { ...options, startedBy: [] },
      home: undefined,
      token: undefined,
      temporary: undefined,
    },
    ignored: [],
  });
});

for (const [kept, wished, expected] of [
  ['enforce', 'disabled', 'enforce'],
  ['enforce', 'monitor', 'enforce'],
  ['monitor', 'disabled', 'monitor'],
  ['monitor', 'enforce', 'enforce'],
] as const) {
  test(`under guard, ${wished} where ${kept} was kept means ${expected}`, async (context) => {
    const folder = temporaryFolder(context);
    mkdirSync(join(folder, 'state'), { mode: 0o700 });
    writeFileSync(
      join(folder, 'state', 'mode.json'),
      JSON.stringify({ mode: kept, until: null, then: kept, boot: Buffer.alloc(16, 7).toString('hex') }),
    );
    const fixture = await startFixture(context, { folder, settings: { mode: wished, ignored: [] } });
    context.after(async () => {
      fixture.endpoint.stop('the test is over');
      await fixture.endpoint.ended;
    });
    assert.equal(fixture.endpoint.ready.mode, expected);
    const [record] = readRecords(fixture.paths.audit);
    assert.deepEqual(
      record?.['request'],
      wished === expected ? undefined : { command: `start with --mode ${wished}` },
    );
    assert.match(readFileSync(fixture.paths.mode, 'utf8'), new RegExp(kept));
  });
}
