import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { HostGuard } from '../../../src/client/hostGuard.ts';
import { createFixtureProcesses } from '../../support/fixtureProcesses.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const url = 'unix:///d/endpoint.sock';

function createGuard(
  context: TestContext,
  environment: Record<string, string | undefined>,
): { readonly guard: HostGuard; readonly library: string } {
  const folder = temporaryFolder(context);
  const library = join(folder, 'librampart.so');
  const [, mapped = ''] = /(\/\S+\/libm[.-]\S+)/.exec(readFileSync('/proc/self/maps', 'utf8')) ?? [];
  copyFileSync(mapped, library);
  const processes = createFixtureProcesses(join(folder, 'proc'), [
    { pid: 7, ppid: 1, session: 7 },
    { pid: 8, ppid: 7, session: 7, executable: '/usr/bin/claude', maps: 'x /h/librampart.so\n' },
    { pid: 9, ppid: 7, session: 7, executable: '/usr/bin/node', commandLine: ['node', '/x/server.js'] },
  ]);
  return { guard: new HostGuard({ environment, platform: 'linux', pid: 7, processes }), library };
}

test('is guarded once the library was seen in a child, and ends without a trace', async (context) => {
  const environment: Record<string, string | undefined> = { HOME: '/home/u' };
  const { guard, library } = createGuard(context, environment);
  const states: string[] = [];
  guard.onDidChange(() => states.push(guard.state.kind));
  await guard.apply({ library, url });
  await guard.apply({ library, url });
  assert.deepEqual(states, ['checking', 'guarded']);
  assert.deepEqual(
    [environment['RAMPART_AGENT'], environment['RAMPART_SESSION'], environment['LD_PRELOAD']],
    ['editor-extensions', guard.session, library],
  );
  guard.dispose();
  assert.deepEqual(environment, { HOME: '/home/u' });
});

test('leaves nothing behind when it ends in the middle of looking, or is told afterwards', async (context) => {
  const environment: Record<string, string | undefined> = { HOME: '/home/u', LD_PRELOAD: '/theirs.so' };
  const { guard, library } = createGuard(context, environment);
  const looking = guard.apply({ library, url });
  assert.match(environment['LD_PRELOAD'] ?? '', /librampart/);
  guard.dispose();
  await looking;
  await guard.apply({ library, url });
  assert.deepEqual(environment, { HOME: '/home/u', LD_PRELOAD: '/theirs.so' });
});

test('leaves everything as it was where the library cannot be loaded, and says why', async (context) => {
  const environment: Record<string, string | undefined> = {};
  const { guard, library } = createGuard(context, environment);
  writeFileSync(library, 'no library at all');
  await guard.apply({ library, url });
  assert.ok(guard.state.kind === 'unguarded' && guard.state.problem.includes('cannot be loaded here'));
  assert.deepEqual(environment, {});
});

test('tells which children have the library, by the names of their programs', (context) => {
  const { guard } = createGuard(context, {});
  assert.deepEqual(
    guard.children().map(({ name, hasLibrary }) => [name, hasLibrary]),
    [
      ['claude', true],
      ['node server.js', false],
    ],
  );
});
