import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { installationPlace, installRuntime } from '../../src/client/installation.ts';
import type { Installation } from '../../src/client/installation.ts';
import { Rampart } from '../support/rampart.ts';
import type { Running } from '../support/processes.ts';
import { until } from '../support/until.ts';

const own = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
const other = '0.0.1';

/** What an editor of this version would install, and of another one: the same, but for its version and its library. */
function createBundles(folder: string): { readonly ours: string; readonly others: string } {
  const others = join(folder, 'others');
  cpSync('dist', others, { recursive: true });
  for (const name of ['cli.js', 'endpoint.js', 'package.json']) {
    const text = readFileSync(join(others, name), 'utf8');
    assert.ok(text.includes(`"${own}"`), name);
    writeFileSync(join(others, name), text.replaceAll(`"${own}"`, `"${other}"`), {
      mode: name === 'cli.js' ? 0o755 : 0o644,
    });
  }
  const library = join(others, 'native', `${process.platform}-${process.arch}`, 'librampart.so');
  // Behind what a loader reads.
  writeFileSync(library, Buffer.concat([readFileSync(library), Buffer.from('\0')]), { mode: 0o755 });
  return { ours: resolve('dist'), others };
}

/** A home in which versions are installed, with a policy of the person's own and a shell under guard. */
class Machine {
  readonly rampart: Rampart;
  readonly policy: string;

  constructor(context: TestContext) {
    this.rampart = new Rampart(context);
    this.policy = join(this.rampart.home, '.rampart', 'policies', 'mine.yaml');
    mkdirSync(dirname(this.policy), { recursive: true, mode: 0o700 });
    writeFileSync(this.policy, readFileSync(this.rampart.policy));
  }

  install(bundleFolder: string): Installation {
    const source = { bundleFolder, program: { path: process.execPath, isElectron: false } };
    const installed = installRuntime(source, installationPlace(this.rampart.home));
    assert.ok(installed.ok, JSON.stringify(installed));
    return installed.value;
  }

  /** Runs the installed command to its end. */
  async run({ command }: Installation, ...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.rampart.startProgram([command, ...words], { input: '' })
      .finished;
    assert.equal(status, 0, `${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** An open terminal: a guarded shell that runs what it is given and tells when it is done. */
  openShell({ command }: Installation): Running {
    return this.rampart.startProgram([command, 'preload', '--', 'bash']);
  }

  /** Has the shell start a program, and says whether that was refused. */
  async isRefused(shell: Running, name: string): Promise<boolean> {
    const before = shell.said.stdout.length;
    shell.child.stdin?.write(`touch ${name} && echo started || echo refused\n`);
    const answer = await until('the shell answers', () => {
      const said = shell.said.stdout.slice(before);
      return said.endsWith('\n') && said;
    });
    return answer.trim() === 'refused';
  }
}

for (const [title, choose] of [
  ['a newer version over an older one', (all: ReturnType<typeof createBundles>) => [all.others, all.ours]],
  ['an older version over a newer one', (all: ReturnType<typeof createBundles>) => [all.ours, all.others]],
] as const)
  describe(title, () => {
    it('breaks no open terminal, and loses neither policy nor log', async (t) => {
      const machine = new Machine(t);
      const { rampart } = machine;
      const [first = '', second = ''] = choose(createBundles(rampart.folder));
      const before = machine.install(first);
      const library = realpathSync(before.library);
      const shell = machine.openShell(before);
      assert.ok(await machine.isRefused(shell, 'forbidden-1'));
      const endpoint = rampart.endpointPid;
      assert.notEqual(endpoint, null);

      writeFileSync(
        machine.policy,
        readFileSync(machine.policy, 'utf8').replace('nobody touches', 'nobody ever touches'),
      );
      const after = machine.install(second);
      assert.deepEqual([after.library, after.command], [before.library, before.command]);
      assert.notEqual(realpathSync(after.library), library);

      // The terminal goes on: with the library it has, the endpoint that runs, and the policy as it is now.
      assert.ok(existsSync(library));
      assert.ok(await machine.isRefused(shell, 'forbidden-2'));
      assert.ok(!(await machine.isRefused(shell, 'harmless')));
      assert.equal(rampart.endpointPid, endpoint);
      assert.match(
        await machine.run(after, '--version'),
        new RegExp(second === resolve('dist') ? own : other, 'u'),
      );
      assert.match(await machine.run(after, 'status'), /enforce/u);

      // A newer version takes the place of the older one by itself, an older one waits until that is stopped.
      // The next endpoint is of the new version; it knows what the one before did, and reads the same policy.
      const isNewer = second === resolve('dist');
      if (!isNewer) await machine.run(after, 'stop');
      const next = machine.openShell(after);
      assert.ok(await machine.isRefused(next, 'forbidden-3'));
      assert.notEqual(rampart.endpointPid, endpoint);
      const running = JSON.parse(await machine.run(after, 'status', '--json')) as { version: string };
      assert.equal(running.version, isNewer ? own : other);
      assert.ok(await machine.isRefused(shell, 'forbidden-4'));
      await until('the policy is the edited one', () => next.said.stderr.includes('nobody ever touches'));
      const refused = await machine.run(after, 'log', '--denied');
      for (const name of ['forbidden-1', 'forbidden-2', 'forbidden-3', 'forbidden-4'])
        assert.match(refused, new RegExp(`touch ${name}`, 'u'));
      assert.match(await machine.run(after, 'log', '--verify'), /the chain is whole/u);
      for (const each of [shell, next]) each.child.stdin?.end();
      await Promise.all([shell.finished, next.finished]);
      await machine.run(after, 'stop');
    });
  });

const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** What a version to come could leave, in forms that nobody knows yet, by its name in the state directory. */
const ofLaterVersion: Readonly<Record<string, string | Buffer>> = {
  state: readFileSync('test/fixtures/wire/stateFiles/format2.bin'),
  'mode.json': '{"format":2,"modes":[{"for":"everything","is":"disabled"}]}\n',
  'approvals.json': '{"format":2,"boot":"0","waiting":[{"id":"a"}]}\n',
  'tokens.json': '{"format":2,"tokens":{"ci":"secret"}}\n',
  'policy.json': '{"format":2,"digest":"x"}\n',
  'held.jsonl': '{"schema_version":"rampart.audit.v2","what":{"ran":"ls"}}\n',
  [`audit/${yesterday}.jsonl`]:
    '{"schema_version":"rampart.audit.v2","what":{"ran":"ls"},"prev":"","seal":"x"}\n',
};

function leave(rampart: Rampart, files: Readonly<Record<string, string | Buffer>>): void {
  mkdirSync(join(rampart.stateDirectory, 'audit'), { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(rampart.stateDirectory, name), content, { mode: 0o600 });
}

describe('an older version, where a later one has left files of other forms', () => {
  it('enforces, says what it could not read, and loses nothing of it', async (t) => {
    const rampart = new Rampart(t);
    leave(rampart, ofLaterVersion);
    await rampart.serve();
    assert.notEqual((await rampart.guard(['touch', 'forbidden'])).status, 0);
    assert.equal((await rampart.guard(['touch', 'harmless'])).status, 0);
    assert.match((await rampart.run(['status'])).stdout, /^mode +enforce/mu);

    const aside = ['mode.json', 'approvals.json', 'tokens.json', 'policy.json', 'held.jsonl'];
    const doctor = await rampart.run(['doctor']);
    for (const name of aside) {
      const kept = readFileSync(join(rampart.stateDirectory, `${name}.unreadable`), 'utf8');
      assert.equal(kept, ofLaterVersion[name]);
      assert.match(doctor.stdout, new RegExp(`^warning +kept files: .*${name}\\.unreadable`, 'mu'));
    }
    const day = `audit/${yesterday}.jsonl`;
    assert.equal(readFileSync(join(rampart.stateDirectory, day), 'utf8'), ofLaterVersion[day]);
    const refused = await rampart.run(['log', '--denied']);
    assert.match(refused.stdout, /touch forbidden/u);
  });

  it('refuses what an upstream of another form might have refused, and says how to go on', async (t) => {
    const rampart = new Rampart(t);
    const file = { 'upstream.json': '{"format":2,"servers":["https://policy.example"]}\n' };
    leave(rampart, file);
    await rampart.serve();
    const refused = await rampart.guard(['touch', 'harmless']);
    assert.notEqual(refused.status, 0);
    assert.match(
      refused.stderr,
      /upstream\.json cannot be read here: update, or name one anew by `rampart serve --upstream`/u,
    );
    assert.equal(readFileSync(join(rampart.stateDirectory, 'upstream.json'), 'utf8'), file['upstream.json']);
  });
});
