import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const root = findRepository();
const precious = join(root, '.demo/precious/thesis.txt');
const startTimeoutMs = 240_000;

interface Start {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown[]>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The command lines of what it started and what still lives. */
  readonly living: () => string[];
}

/** `npm start -- WORDS` in a process group of its own, as a terminal runs it. */
function startDemo(context: TestContext, words: readonly string[]): Start {
  const others = processesOfDemos();
  const child = spawn('npm', ['start', '--silent', '--', ...words], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  context.after(() => {
    if (child.exitCode === null && child.signalCode === null) pressInterrupt(child);
    return ended;
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const living = (): string[] =>
    [...processesOfDemos()].filter(([pid]) => !others.has(pid)).map(([, command]) => command);
  return { process: child, ended, stdout: () => stdout, stderr: () => stderr, living };
}

/** Ctrl-C: the terminal sends it to the whole foreground group. */
function pressInterrupt(child: ChildProcess): void {
  process.kill(-(child.pid ?? assert.fail('it did not start')), 'SIGINT');
}

/** The living processes that were given a path of a demo's, with their command lines. */
function processesOfDemos(): Map<string, string> {
  const found = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const isOfDemo = /RAMPART_STATE_DIR=\S*(\.demo\/|rampart-demo-)/.test(environment);
      if (isOfDemo || command.includes(`${root}/.demo/`)) found.set(pid, command);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

describe('npm start', () => {
  it('keeps the precious directory when a script deletes it in a guarded terminal, and says why', async (context) => {
    const demo = startDemo(context, ['--terminal', '--', './agent-cleanup.sh']);
    const [code] = await demo.ended;
    assert.equal(existsSync(precious), true, demo.stderr());
    assert.match(demo.stdout(), /agent: \.\.\/precious is still there/);
    assert.match(demo.stderr(), /^rampart: denied `rm -rf \.\.\/precious`/m);
    assert.match(demo.stderr(), /What was decided:[^]*rm -rf \.\.\/precious/);
    assert.notEqual(code, 0);
    assert.deepEqual(demo.living(), []);
  });

  it("ends with the guarded command's own status", async (context) => {
    const [code] = await startDemo(context, ['--terminal', '--', 'sh', '-c', 'exit 7']).ended;
    assert.equal(code, 7);
  });

  it('has the command rampart in the guarded terminal', async (context) => {
    const demo = startDemo(context, ['--terminal', '--', 'sh', '-c', 'rampart test "rm -rf /"']);
    await demo.ended;
    assert.match(demo.stdout(), /^deny/m, demo.stderr());
  });

  it('serves an editor that answers only to who knows its token, and ends with Ctrl-C', async (context) => {
    const demo = startDemo(context, ['--browser']);
    const address = await until(() => /^Open (http:\S+)$/m.exec(demo.stdout())?.[1], {
      what: 'the printed address',
      timeoutMs: startTimeoutMs,
    });
    const { origin, searchParams } = new URL(address);
    assert.equal(searchParams.get('folder'), join(root, '.demo/workspace'));
    for (const url of [origin, `${origin}/?tkn=wrong`]) assert.equal((await fetch(url)).status, 403, url);
    const token = searchParams.get('tkn') ?? assert.fail('no token in the address');
    assert.ok(!demo.living().some((command) => command.includes(token)), 'every user can read arguments');
    const entry = await fetch(address, { redirect: 'manual' });
    const cookie = entry.headers.get('set-cookie')?.split(';')[0] ?? assert.fail('no cookie for the token');
    const page = await fetch(new URL(entry.headers.get('location') ?? '', address), { headers: { cookie } });
    assert.match(await page.text(), /vscode-workbench-web-configuration/);

    pressInterrupt(demo.process);
    await demo.ended;
    await until(() => demo.living().length === 0, { what: 'nothing to be left running' });
    await assert.rejects(fetch(origin));
  });

  it('opens a desktop editor with user data of its own, and closes it with Ctrl-C', async (context) => {
    const log = join(temporaryFolder(context), 'calls');
    const editor = createEditor(context, log);
    const demo = startDemo(context, ['--editor', editor]);
    const opened = await until(() => /^.*--new-window.*$/m.exec(readFileSync(log, 'utf8'))?.[0], {
      what: 'the editor to be opened',
      timeoutMs: startTimeoutMs,
    });
    const own = `--user-data-dir ${root}/.demo/editor/user --extensions-dir ${root}/.demo/editor/extensions`;
    assert.match(readFileSync(log, 'utf8').split('\n')[0] ?? '', /--install-extension \S+\.vsix --force$/);
    assert.ok(opened.startsWith(own) && opened.endsWith(`${root}/.demo/workspace`), opened);
    const hint = /1\. .*Protect Terminal[^]*2\. .*agent-cleanup\.sh[^]*3\. /;
    await until(() => hint.test(demo.stdout()), { what: 'what to do there to be printed' });

    pressInterrupt(demo.process);
    await demo.ended;
    await until(() => demo.living().length === 0, { what: 'nothing to be left running' });
  });

  it('says what it can do when it is called wrongly', async (context) => {
    const demo = startDemo(context, ['--unknown']);
    assert.deepEqual((await demo.ended)[0], 2);
    assert.match(demo.stderr(), /unknown option --unknown[^]*--terminal/);
  });
});

/** A program that notes how it is called and, like the desktop editors, leaves its window behind as another process. */
function createEditor(context: TestContext, log: string): string {
  const program = join(temporaryFolder(context), 'editor');
  const window = `setsid ${process.execPath} -e 'setTimeout(() => undefined, 300_000)' "$@"`;
  writeFileSync(
    program,
    `#!/bin/sh\necho "$*" >> ${log}\ncase "$*" in *--new-window*) ${window} & wait ;; esac\n`,
  );
  writeFileSync(log, '');
  chmodSync(program, 0o755);
  return program;
}
