import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../src/cli/commandTable.ts';
import { isRecord } from '../../src/base/record.ts';
import { createCommandShell, neededWords } from '../support/commandShell.ts';

/** Their output is another program's, a line of JSON anyway, or text for a shell. */
const withoutJson = ['preload', 'hook', 'serve', 'completion'];

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
    const { run } = createCommandShell(context);
    const own = name.split(' ');
    const { status, out, err } = await run([...own, '--json', ...(neededWords[name] ?? [])]);
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
  const { status, out, err } = await createCommandShell(context).run(['stop']);
  assert.deepEqual([status, out], [3, '']);
  assert.match(err, /^rampart: no endpoint runs in /);
});

test('a command that is none, or only the beginning of one, says so in JSON too', async (context) => {
  const { run } = createCommandShell(context);
  for (const [line, error] of [
    [['audit', '--json'], 'audit: no command given'],
    [['audit', 'frobnicate', '--json'], 'unknown command `audit frobnicate`; see `rampart audit --help`'],
    [['frobnicate', '--json'], 'unknown command `frobnicate`; see `rampart --help`'],
  ] as const) {
    const { status, out, err } = await run(line);
    assert.deepEqual([status, documentsOf(out)], [2, [{ error }]]);
    assert.ok(err.startsWith(`rampart: ${error}\n`), err);
  }
});
