import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { commands } from '../../src/cli/commandTable.ts';
import { runCommandLine } from '../../src/cli/runCommandLine.ts';
import { isRecord } from '../../src/base/record.ts';
import { createProcessTable } from '../../src/system/processTable.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** Their output is another program's, a line of JSON anyway, or text for a shell. */
const withoutJson = ['preload', 'hook', 'serve', 'completion'];

/** What a command must be told besides `--json`. */
const words: Readonly<Record<string, readonly string[]>> = {
  'adapt preview': ['claude-code'],
  'adapt apply': ['--yes', 'claude-code'],
  'adapt verify': ['claude-code'],
  'adapt undo': ['claude-code'],
  test: ['ls'],
  explain: ['last'],
  'rules remove': ['1'],
  allow: ['frobnicate'],
  block: ['frobnicate'],
  'approvals approve': ['01'],
  'approvals deny': ['01'],
  'run-anyway': ['last'],
  'policy packs enable': ['git'],
  'policy packs disable': ['git'],
  bench: ['--', 'ls'],
  'audit export': ['today'],
  mode: ['monitor'],
  'token create': ['--agent', 'robot'],
  'token revoke': ['01'],
};

interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A user's own folder, with no program but Node in `PATH`, and where nothing runs. */
function createShell(context: TestContext): (line: readonly string[]) => Promise<Said> {
  const home = temporaryFolder(context);
  const environment = { HOME: home, PATH: join(home, 'bin'), RAMPART_STATE_DIR: join(home, 'd') };
  return async (line) => {
    let [out, err] = ['', ''];
    const status = await runCommandLine(commands, line, {
      environment,
      environmentBytes: [],
      argumentBytes: [],
      cwd: home,
      ignoredSignals: '',
      closedDescriptors: [],
      output: {
        out: (text) => {
          out += text.toString();
          return true;
        },
        err: (text) => {
          err += text.toString();
        },
        isOutTerminal: false,
        isErrTerminal: false,
      },
      bundleFolder: resolve('dist'),
      addon: { ok: false, error: 'none' },
      processes: createProcessTable(),
      version: 'test',
    });
    return { status, out, err };
  };
}

/** What stands on standard output: one document, or one a line. */
function documentsOf(out: string): readonly unknown[] {
  try {
    return [JSON.parse(out)];
  } catch {
    const lines = out.split('\n').filter((line) => line !== '');
    return lines.map((line): unknown => JSON.parse(line));
  }
}

for (const { name, options } of commands.filter((command) => !withoutJson.includes(command.name))) {
  test(`\`${name} --json\` prints JSON, whether it does its work or says why not`, async (context) => {
    assert.ok('--json' in options);
    const run = createShell(context);
    const own = name.split(' ');
    const { status, out, err } = await run([...own, '--json', ...(words[name] ?? [])]);
    const documents = documentsOf(out);
    assert.notEqual(status, 2, err);
    if (status !== 0) assert.ok(documents.length === 1 && isRecord(documents[0]), out);
    const wrong = await run([...own, '--json', '--no-such-option']);
    assert.equal(wrong.status, 2);
    const [document, ...others] = documentsOf(wrong.out);
    assert.ok(isRecord(document) && others.length === 0, wrong.out);
    assert.match(String(document['error']), new RegExp(`^${name}: unknown option`));
    assert.equal(wrong.err, `rampart: ${String(document['error'])}\n`);
  });
}

test('without `--json` a failure leaves standard output alone', async (context) => {
  const { status, out, err } = await createShell(context)(['stop']);
  assert.deepEqual([status, out], [3, '']);
  assert.match(err, /^rampart: no endpoint runs in /);
});
