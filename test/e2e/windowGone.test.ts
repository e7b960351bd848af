import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createDemo } from '../../scripts/demo/createDemo.mjs';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';

const root = findRepository();

/** Every test goes on where the one before it left the window. */
describe('a window that is killed, loaded anew and closed, and loses Rampart in the end', () => {
  let host: Host;
  let demo: { workspace: string; precious: string };
  let endpoint: number;
  let native: string;
  const isThere = (): boolean => existsSync(join(demo.precious, 'thesis.txt'));

  const own = (...names: readonly string[]): string => join(host.home, '.rampart', ...names);
  const confirm = async (): Promise<void> => {
    await host.runCommand('Rampart: Remove from This Machine');
    await host.page
      .locator('.monaco-dialog-box')
      .getByRole('button', { name: 'Remove', exact: true })
      .click();
  };

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
    await host.keepsTerminals();
    endpoint = readEndpointPid() ?? 0;
  });
  after(() => host.stop());

  it('leaves the endpoint alive and the terminal guarded when its extension host dies', async () => {
    assert.ok(endpoint > 0);
    const item = await host.statusItem(/Rampart: enforce/);
    process.kill(host.extensionHosts().at(-1) ?? 0, 'SIGKILL');
    await item.waitFor({ state: 'detached' });
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

  it('has a terminal go on with the library it has when an update brings another, which its programs get', async () => {
    const versions = (): readonly string[] =>
      readdirSync(own('lib', `linux-${process.arch}`)).filter((name) => /^[0-9a-f]{16}$/.test(name));
    const [before = ''] = versions();
    appendFileSync(join(findInstalled(host), `dist/native/linux-${process.arch}/librampart.so`), 'newer');
    await host.reload();
    await host.statusItem(/Rampart: enforce/);
    const after = await until(() => versions().find((name) => name !== before), { what: 'the new library' });
    const print =
      'while read -r line; do case $line in *r-xp*librampart*) line=${line%/*}; echo "has ${line##*/}"; esac; done </proc/self/maps';
    await host.typeInTerminal('bash', `clear; p='${print}'; eval "$p"; bash -c "$p"; ./agent-cleanup.sh`);
    await host.terminalShows(new RegExp(`^has ${before}\\nhas ${after}\\nagent: .*\\nrampart: denied`, 'm'));
    assert.ok(isThere());
  });

  it('leaves the endpoint alive when it is closed', async () => {
    await host.page.goto('about:blank');
    assert.equal(readEndpointPid(), endpoint);
  });

  it('names the terminal in the way of removing Rampart, leads to it, and removes and turns off nothing', async () => {
    await host.open();
    await host.statusItem(/Rampart: enforce/);
    mkdirSync(own('policies'), { recursive: true, mode: 0o700 });
    writeFileSync(own('policies', 'mine.yaml'), 'policies: []\n');
    const terminal = await host.showTerminal('bash');
    await host.runCommand('View: Toggle Panel Visibility');
    await terminal.waitFor({ state: 'hidden' });
    await confirm();
    const toast = await host.toast(/because it guards open terminals: .*“bash”.*Close them/);
    await host.screenshot('e2e-removal-1-refused');
    await toast.getByRole('button', { name: 'Show Terminal' }).click();
    await terminal.locator('textarea.xterm-helper-textarea:focus').waitFor();
    assert.ok(existsSync(own('versions')));
    await host.statusItem(/Rampart: enforce/);
  });

  it('finds the decisions of a terminal that is gone under its name, when nobody remembers it but the log', async () => {
    // What was decided before may be without a name: no window was there to tell it.
    await host.typeInTerminal('bash', 'rm -rf ../other');
    await host.terminalShows(/rampart: denied `rm -rf \.\.\/other`/);
    await host.runCommand('Terminal: Kill All Terminals');
    await until(() => findGuarded(host.home).length === 0, { what: 'the guarded processes to end' });
    // A window that is loaded anew with the panel open opens a terminal there.
    await host.page.locator('.part.panel').waitFor({ state: 'hidden' });
    process.kill(endpoint, 'SIGKILL');
    await host.reload();
    await host.statusItem(/Rampart: enforce/);
    await host.runCommand('Rampart: Focus on Decisions View');
    await host.treeRow(/^bash\s*\d+ decisions · \d denied/);
    await host.screenshot('e2e-named-by-the-log');
  });

  it('tells what was removed and what is left when no terminal is, in every window, and leaves the rules', async () => {
    await host.runCommand('Notifications: Clear All Notifications');
    await host.runCommand('Terminal: Kill All Terminals');
    await until(() => findGuarded(host.home).length === 0, { what: 'the guarded processes to end' });
    const { page } = host;
    const other = await host.openAnother(join(host.folder, 'other'));
    await host.statusItem(/Rampart: enforce/);
    await host.show(page);
    await confirm();
    await host.toast('Left: ');
    await host.screenshot('e2e-removal-2-removed');
    await host.show(other);
    await host.statusItem(/Rampart: off/);
    assert.equal(readEndpointPid(), null);
    await other.close();
    await host.show(page);
    assert.deepEqual(
      ['bin', 'lib', 'versions'].filter((name) => existsSync(own(name))),
      [],
    );
    assert.deepEqual(readdirSync(own('policies')), ['mine.yaml']);
    const [machine = ''] = readdirSync(own('run'));
    const log = readdirSync(own('run', machine, 'audit'))
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(own('run', machine, 'audit', name), 'utf8'));
    assert.match(log.join(''), /"guard off".*: the command Remove from This Machine"/);
  });

  it('tells that there is no library for this machine, leads to what works, and puts nothing into terminals', async () => {
    native = join(findInstalled(host), 'dist/native');
    // As in a package for every platform, which brings no library.
    renameSync(native, `${native}.gone`);
    await host.reload();
    await host.statusItem(/Rampart: not supported here/);
    await host.runCommand('Rampart: Focus on Decisions View');
    await host.page.locator('.pane-body').getByText('no terminal can be guarded here').waitFor();
    await host.page.locator('.pane-body').getByText('What You Can Do').click();
    const toast = await host.toast(/brings no preload library for linux/);
    await host.screenshot('e2e-no-library-1');
    await toast.getByRole('button', { name: 'Supported Platforms' }).click();
    await host.page.locator('.tab.active', { hasText: 'README' }).waitFor();
    await host.runCommand('Terminal: Create New Terminal');
    await host.typeInTerminal('bash', 'echo "[$LD_PRELOAD][$RAMPART_URL]"');
    await host.terminalShows(/^\[\]\[\]$/m);
  });

  it('tells in the loader’s own words when the library is there and cannot be loaded', async () => {
    renameSync(`${native}.gone`, native);
    writeFileSync(join(native, `linux-${process.arch}/librampart.so`), 'no library at all');
    await host.reload();
    await host.statusItem(/Rampart: off/);
    await host.runCommand('Rampart: Protect Terminal');
    const toast = await host.toast(/cannot be loaded here: ERROR: ld\.so/);
    await toast.getByRole('button', { name: 'Show Log' }).waitFor();
    await host.statusItem(/Rampart: problem/);
    await host.screenshot('e2e-no-library-2');
  });
});

/** The folder of the extension. */
function findInstalled({ folder }: Host): string {
  const extensions = join(folder, 'extensions');
  const [name = ''] = readdirSync(extensions).filter((one) => one.startsWith('rampart-guard.rampart'));
  return join(extensions, name);
}

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
