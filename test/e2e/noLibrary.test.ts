import assert from 'node:assert/strict';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';

const root = findRepository();

/** Every test goes on where the one before it left the window. */
describe('a person on a machine for which there is no library', () => {
  let host: Host;
  let native: string;

  before(async () => {
    host = await startHost({ vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)] });
    const extensions = join(host.folder, 'extensions');
    const [name = ''] = readdirSync(extensions).filter((one) => one.startsWith('rampart-guard.rampart'));
    native = join(extensions, name, 'dist/native');
    // As in a package for every platform, which brings no library.
    renameSync(native, `${native}.gone`);
    await host.open();
  });
  after(async () => {
    await host.screenshot('e2e-no-library-end');
    await host.stop();
  });

  it('is told so at the first try, led to what works, and nothing is put into terminals', async () => {
    await host.statusItem(/Rampart: not supported here/);
    await host.runCommand('Rampart: Protect Terminal');
    const toast = await host.toast(/brings no preload library for linux/);
    await host.screenshot('e2e-no-library-1');
    await toast.getByRole('button', { name: 'Supported Platforms' }).click();
    await host.page.locator('.tab.active', { hasText: 'README' }).waitFor();
    await host.runCommand('Terminal: Create New Terminal');
    await host.typeInTerminal('bash', 'echo "[$LD_PRELOAD][$RAMPART_URL]"');
    await host.terminalShows(/^\[\]\[\]$/m);
  });

  it('is told in the loader’s own words when the library is there and cannot be loaded', async () => {
    renameSync(`${native}.gone`, native);
    writeFileSync(join(native, `linux-${process.arch}/librampart.so`), 'no library at all');
    await host.reload();
    await host.statusItem(/Rampart: off/);
    await host.runCommand('Rampart: Protect Terminal');
    const toast = await host.toast(/cannot be loaded here: ERROR: ld\.so/);
    await host.statusItem(/Rampart: problem/);
    await host.screenshot('e2e-no-library-2');
    assert.ok(await toast.getByRole('button', { name: 'Show Log' }).isVisible());
  });
});
