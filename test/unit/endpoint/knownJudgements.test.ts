import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { KnownJudgements } from '../../../src/endpoint/knownJudgements.ts';
import type { JudgedQuestion } from '../../../src/endpoint/knownJudgements.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { Decision } from '../../../src/protocol/decision.ts';
import { imagineRequest } from '../policy/policyWorld.ts';
import { fixturePolicy, shellReader, startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

const policy = `${fixturePolicy}      - {action: deny, when: {reads: ["**/secret"]}}\n`;

interface Watched {
  readonly fixture: RunningFixture;
  /** Asks about a text of a shell in a directory, which no verdict can be for: the files stand inside a word. */
  readonly ask: (
    text: string,
    fields?: UnknownRecord,
  ) => Promise<{ readonly allowed: unknown; readonly reads: number }>;
}

/** An endpoint of which it is seen how often it reads a text that it is asked about. */
async function startWatched(context: TestContext): Promise<Watched> {
  const reader = await shellReader();
  const read: string[] = [];
  const noting: typeof reader = {
    read: (...given) => {
      read.push(given[0]);
      return reader.read(...given);
    },
  };
  const fixture = await startFixture(context, { policy, world: { reader: noting } });
  writeFileSync(join(fixture.folder, 'secret'), '');
  const ask: Watched['ask'] = async (text, fields = {}) => {
    // What has just started reads texts of its own, to be quicker with those of others.
    read.length = 0;
    const asked = {
      pid: 300,
      ppid: 200,
      sid: 200,
      door: 'posix_spawn',
      exe: '/bin/bash',
      cwd: fixture.folder,
    };
    const argv = ['bash', '-c', text];
    const answer = await fixture.ask(`bash -c '${text}'`, { ...asked, argv, ...fields });
    return { allowed: answer['allowed'], reads: read.filter((each) => each.includes(text)).length };
  };
  return { fixture, ask };
}

test('judges what is asked each time once, and records every question', async (context) => {
  const { fixture, ask } = await startWatched(context);
  const first = await ask('cat notes; true');
  assert.deepEqual([first.allowed, first.reads > 0], [true, true]);
  assert.deepEqual(await ask('cat notes; true'), { allowed: true, reads: 0 });
  const records = fixture.records();
  assert.equal(records.length, 2);
  assert.deepEqual(
    records.map(({ request, tool }) => [request, tool]),
    Array.from({ length: 2 }, () => [{ command: "bash -c 'cat notes; true'" }, 'exec']),
  );
});

test('judges anew when a link stands on the way', async (context) => {
  const { fixture, ask } = await startWatched(context);
  const notes = join(fixture.folder, 'notes');
  assert.equal((await ask('cat notes')).allowed, true);
  symlinkSync('secret', notes);
  assert.equal((await ask('cat notes')).allowed, false);
  rmSync(notes);
  assert.deepEqual(await ask('cat notes'), { allowed: true, reads: 0 });
});

test('judges anew what differs in anything, and by another policy', async (context) => {
  const { fixture, ask } = await startWatched(context);
  await ask('cat notes');
  const others: readonly UnknownRecord[] = [
    { cwd: '/' },
    { exe: '/usr/bin/bash' },
    { argv: ['bash', '-c', 'cat notes', 'more'] },
    { params: { command: "bash  -c 'cat notes'" } },
    { truncated: true },
  ];
  for (const other of others) {
    const { reads } = await ask('cat notes', other);
    assert.ok(reads > 0, JSON.stringify(other));
  }
  assert.equal((await ask('cat notes')).reads, 0);
  writeFileSync(fixture.policyFile, policy.replace('**/secret', '**/notes'));
  await fixture.call('POST', '/v1/policy/reload', {});
  const { allowed, reads } = await ask('cat notes');
  assert.deepEqual([allowed, reads > 0], [false, true]);
});

test('remembers a refusal or a question to a person no longer than it is answered', async (context) => {
  const { ask } = await startWatched(context);
  for (const text of ['cat secret', 'npm publish']) {
    const times = [await ask(text), await ask(text)];
    for (const { allowed, reads } of times)
      assert.deepEqual([allowed, reads > 0], [false, true], `${text} is judged each time`);
  }
});

const { set } = parsePolicySet([]);
const allowed: Decision = {
  action: 'allow',
  message: '',
  matchedPolicies: null,
  rule: null,
  cacheable: true,
};

function judged(command: string, workspace: string | null = '/w'): JudgedQuestion {
  return { set, request: imagineRequest({ command }), world: { workspace, realpath: (path) => path } };
}

test('knows nothing in another workspace, or by the policy of a token', () => {
  const known = new KnownJudgements();
  known.note(judged('make'), allowed);
  assert.equal(known.find(judged('make')), allowed);
  assert.equal(known.find(judged('make', '/elsewhere')), null);
  assert.equal(known.find({ ...judged('make'), set: { ...set, defaultAction: 'deny' } }), null);
});

test('forgets all when there is too much, by number and by length', () => {
  for (const [count, length] of [
    [600, 1],
    [100, 20_000],
  ] as const) {
    const known = new KnownJudgements();
    const question = (index: number): JudgedQuestion => judged(`${String(index)} ${'x'.repeat(length)}`);
    for (let index = 0; index < count; index += 1) known.note(question(index), allowed);
    assert.deepEqual([known.find(question(0)), known.find(question(count - 1))], [null, allowed]);
  }
});
