import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { foreignRoot } from '../support/foreignRoot.ts';
import { muslRoot } from '../support/muslRoot.ts';

/** What a server, its terminals and an SSH connection need of a system. */
const packages = [
  ...['openssh-server', 'systemd-standalone-sysusers', 'dash', 'bash', 'coreutils', 'hostname'],
  ...['libstdc++6', 'ncurses-base', 'procps', 'sed', 'grep', 'findutils'],
];

/** A machine that a folder can be on, and the terminal there. */
interface Place {
  readonly title: string;
  readonly system: () => Promise<string>;
  readonly shell: string;
  readonly picture: string;
}

const places: readonly Place[] = [
  {
    title: 'a person whose folder is on another machine',
    system: () => foreignRoot('amd64', packages),
    shell: 'bash',
    picture: 'e2e-remote',
  },
  {
    title: 'a person whose folder is in a container of Alpine’s kind',
    system: muslRoot,
    shell: 'ash',
    picture: 'e2e-container',
  },
];

/**
 * As Remote - SSH and Dev Containers have it: the server, and with it the extension, runs as another user on another
 * system; of this one it sees nothing but the folder that the test made. Every test goes on where the one before it left.
 */
for (const { title, system, shell, picture } of places)
  describe(title, { skip: skipReason() }, () => {
    let host: Host;
    const own = (...names: readonly string[]): string => join(host.home, '.rampart', ...names);
    before(async () => {
      host = await startHost({
        system: await system(),
        vsix: [join(findRepository(), `rampart-${process.platform}-${process.arch}.vsix`)],
        settings: {
          'terminal.integrated.profiles.linux': { [shell]: { path: `/bin/${shell}` } },
          'terminal.integrated.defaultProfile.linux': shell,
        },
      });
      await host.open();
      await host.statusItem(/Rampart: off/);
    });
    after(() => host.stop());

    it('has a terminal there guarded, as the user that they are there', async () => {
      await host.runCommand('Rampart: Protect Terminal');
      await host.statusItem(/Rampart: enforce/);
      await host.typeInTerminal(shell, 'id -u; hostname; rm -rf /srv/no-such-folder');
      await host.terminalShows(/^1000\nfar-machine\nrampart: denied `rm -rf \/srv\/no-such-folder`/m);
      await host.screenshot(`${picture}-1-denied`);
      await host.runCommand('Rampart: Focus on Decisions View');
      await host.treeRow(/rm -rf \/srv\/no-such-folder/);
    });

    it('has endpoint and library there, in a state directory named by the host, as there is no machine id', () => {
      const [endpoint, ...others] = endpointsOf(host.home);
      assert.ok(endpoint !== undefined && others.length === 0);
      assert.notEqual(readlinkSync(`/proc/${endpoint}/ns/pid`), readlinkSync('/proc/self/ns/pid'));
      assert.equal(statSync(`/proc/${endpoint}`).uid, 1000);
      assert.deepEqual(readdirSync(own('run')), ['far-machine']);
      assert.equal(statSync(own('run', 'far-machine')).uid, 1000);
      assert.ok(existsSync(own('lib', `linux-${process.arch}`, 'librampart.so')));
    });

    it('is told by the doctor that all is well there, without a word of this machine', async () => {
      await host.runCommand('Rampart: Doctor');
      const lines = host.page.locator('.editor-instance .view-line');
      await lines.filter({ hasText: 'Nothing is in the way.' }).waitFor();
      await host.screenshot(`${picture}-2-doctor`);
    });
  });

function endpointsOf(home: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.some(
        (word) => word.startsWith(`${home}/.rampart/versions/`) && word.endsWith('/endpoint.js'),
      );
    } catch {
      return false;
    }
  });
}

function skipReason(): string | false {
  return process.getuid?.() === 0 ? false : 'only root can make the machine';
}
