import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createDemo } from '../../scripts/demo/createDemo.mjs';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';

const root = findRepository();

/** Every test goes on where the one before it left the machine. */
describe('a person who removes Rampart from the machine', () => {
  let host: Host;
  const own = (...names: readonly string[]): string => join(host.home, '.rampart', ...names);
  const confirm = async (): Promise<void> => {
    await host.runCommand('Rampart: Remove from This Machine');
    await host.page
      .locator('.monaco-dialog-box')
      .getByRole('button', { name: 'Remove', exact: true })
      .click();
  };

  before(async () => {
    host = await startHost({
      workspace: createDemo(join(root, '.demo/removal')).workspace,
      vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)],
    });
    mkdirSync(own('policies'), { recursive: true, mode: 0o700 });
    writeFileSync(own('policies', 'mine.yaml'), 'policies: []\n');
    await host.open();
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
  });
  after(async () => {
    await host.screenshot('e2e-removal-end');
    await host.stop();
  });

  it('is told what is in the way while a terminal is guarded, and nothing is removed', async () => {
    await confirm();
    await host.toast('these processes are guarded by it');
    await host.screenshot('e2e-removal-1-refused');
    assert.ok(existsSync(own('versions')));
  });

  it('is told what was removed and what is left when no terminal is, and the rules are left', async () => {
    await host.runCommand('Notifications: Clear All Notifications');
    await host.runCommand('Terminal: Kill All Terminals');
    await until(() => findGuarded(host.home).length === 0, { what: 'the guarded processes to end' });
    await confirm();
    await host.toast('Left: ');
    await host.screenshot('e2e-removal-2-removed');
    assert.deepEqual(
      ['bin', 'lib', 'versions'].filter((name) => existsSync(own(name))),
      [],
    );
    assert.deepEqual(readdirSync(own('policies')), ['mine.yaml']);
  });
});

/** The processes that have the library of this home. */
function findGuarded(home: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/maps`, 'utf8').includes(`${home}/.rampart/lib/`);
    } catch {
      return false;
    }
  });
}
