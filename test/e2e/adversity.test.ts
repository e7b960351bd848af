import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { startHost, type Host, type HostOptions } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';

const root = findRepository();
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const vsix = join(root, `rampart-${process.platform}-${process.arch}.vsix`);

/** Whatever is in the way, a person is told what it is and gets a button that leads on. */
describe('a person in whose way something is', () => {
  let host: Host;
  const start = async (options: HostOptions): Promise<void> => {
    host = await startHost({ vsix: [vsix], ...options });
  };
  const press = async (message: RegExp, button: string): Promise<void> => {
    const toast = await host.toast(message);
    await host.screenshot(`e2e-adversity-${button.toLowerCase().replaceAll(' ', '-')}`);
    await toast.getByRole('button', { name: button }).click();
  };
  const reportSays = (text: RegExp): Promise<void> =>
    host.page.locator('.editor-instance .view-line', { hasText: text }).first().waitFor();
  afterEach(() => host.stop());

  it('hears that the state directory cannot be used, and is shown why by the doctor', async () => {
    await start({ environment: { RAMPART_STATE_DIR: '/dev/null' } });
    await host.open();
    await host.runCommand('Rampart: Protect Terminal');
    await press(/\/dev\/null/, 'Doctor');
    await reportSays(/PROBLEM.*\/dev\/null/);
  });

  it('hears which setting and which policy file cannot be used and what holds meanwhile, and is led to both', async () => {
    await start({ settings: { 'rampart.policy.files': ['rules.yaml'] } });
    const policies = join(host.home, '.rampart/policies');
    mkdirSync(policies, { recursive: true, mode: 0o700 });
    writeFileSync(join(policies, 'mine.yaml'), 'version: "1"\npolicies:\n  - nome: x\n');
    await host.open();
    await press(/rampart\.policy\.files: entry 1 is "rules\.yaml"/, 'Open Settings');
    await host.page.locator('.settings-editor .setting-item', { hasText: 'Policy: Files' }).waitFor();
    await host.runCommand('Rampart: Protect Terminal');
    await press(/cannot use mine\.yaml as it is, line 3.*the last good policy holds/, 'Open');
    await host.page.locator('.tab.active', { hasText: 'mine.yaml' }).waitFor();
    await host.runCommand('Rampart: Focus on Policy View');
    await host.treeRow(/mine\.yaml:3/);
  });

  it('hears that the endpoint is of another version, and has it started anew; and of a setting that is no choice', async () => {
    await start({ settings: { 'rampart.guard.enabled': true, 'rampart.guard.scope': 'agent' } });
    const other = join(host.folder, 'other');
    cpSync(join(root, 'dist'), other, { recursive: true });
    for (const name of ['cli.js', 'endpoint.js']) {
      const file = join(other, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`"${version}"`, '"0.0.1"'));
    }
    const environment = { HOME: host.home, PATH: process.env['PATH'] };
    const endpoint = spawn(process.execPath, [join(other, 'cli.js'), 'serve'], { env: environment });
    const ended = once(endpoint, 'exit');
    await once(endpoint.stdout, 'data');
    await host.open();
    await press(/policy endpoint is version 0\.0\.1, this extension is/, 'Restart It Now');
    await ended;
    await host.statusItem(/Rampart: enforce/);
    // It was told when the window opened, and is found where notifications go from their corner.
    await host.runCommand('Notifications: Show Notifications');
    const told = host.page.locator('.notifications-center .notification-list-item', {
      hasText: /guard\.scope: it is "agent"/,
    });
    await host.screenshot('e2e-adversity-center');
    // The form of the editor would show the default, as if that stood there.
    await told.getByRole('button', { name: 'Open Settings' }).click();
    await reportSays(/"rampart\.guard\.scope":\s"agent"/);
  });
});
