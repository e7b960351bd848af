import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createDemo } from '../../scripts/demo/createDemo.mjs';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';

const root = findRepository();

/** Every test goes on where the one before it left the window. */
describe('a window whose extension host dies', () => {
  let host: Host;
  let demo: { workspace: string; precious: string };
  let endpoint: number;
  const isThere = (): boolean => existsSync(join(demo.precious, 'thesis.txt'));

  /** The endpoint's process as `rampart status` tells it; null when none answers. */
  const readEndpointPid = (): number | null => {
    const status = spawnSync(process.execPath, [join(root, 'dist/cli.js'), 'status', '--json'], {
      env: { HOME: host.home, PATH: process.env['PATH'] },
      encoding: 'utf8',
    });
    return status.status === 0 ? (JSON.parse(status.stdout) as { pid: number }).pid : null;
  };

  before(async () => {
    demo = createDemo(join(root, '.demo/window-gone'));
    host = await startHost({
      workspace: demo.workspace,
      vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)],
      settings: { 'terminal.integrated.enablePersistentSessions': true },
    });
    await host.open();
    await host.statusItem(/Rampart: off/);
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
    endpoint = readEndpointPid() ?? 0;
  });
  after(() => host.stop());

  it('leaves the endpoint alive and the terminal guarded', async () => {
    assert.ok(endpoint > 0);
    process.kill(host.extensionHosts().at(-1) ?? 0, 'SIGKILL');
    await host.typeInTerminal('bash', './agent-cleanup.sh');
    await host.terminalShows(/rampart: denied `rm -rf \.\.\/precious`/);
    assert.ok(isThere());
    assert.equal(readEndpointPid(), endpoint);
  });

  it('finds mode, terminal and decisions again when the window comes back', async () => {
    await host.reload();
    await host.statusItem(/Rampart: enforce/);
    await host.runCommand('Rampart: Focus on Guarded Terminals View');
    await host.treeRow(/bash.*\d decisions · \d denied/);
    await host.treeRow(/rm -rf \.\.\/precious/);
    await host.treeRow(/bash.*guarded · \d+ decisions · \d denied/);
    const strangers = host.page.locator('.pane-body .monaco-list-row', { hasText: 'Outside this window' });
    await strangers.waitFor({ state: 'detached' });
    await host.screenshot('e2e-window-back');
    assert.equal(readEndpointPid(), endpoint);
  });

  it('still knows that the terminal is guarded when endpoint and window are both new', async () => {
    process.kill(endpoint, 'SIGKILL');
    await host.reload();
    await host.statusItem(/Rampart: enforce/);
    await host.runCommand('Rampart: Focus on Guarded Terminals View');
    await host.treeRow(/bash.*guarded(?!: )/);
    await host.screenshot('e2e-all-new');
    endpoint = readEndpointPid() ?? 0;
    assert.ok(endpoint > 0);
  });

  it('leaves the endpoint alive when it is closed', async () => {
    await host.page.goto('about:blank');
    assert.equal(readEndpointPid(), endpoint);
  });
});
