import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

const once = `policies:
  # written by hand
  - name: release
    rules:
      - { action: allow, when: { command_matches: ['npm publish'] }, once: true }
      - { action: allow, when: { command_matches: ['npm publish --tag next'] } }
`;

interface HandFixture {
  readonly fixture: RunningFixture;
  readonly file: string;
}

/** An endpoint whose user has these rules by hand. */
async function startWith(context: TestContext, rules = once): Promise<HandFixture> {
  const fixture = await startFixture(context);
  const file = join(fixture.folder, 'home', '.rampart', 'policies', 'by-hand.yaml');
  writeFileSync(file, rules);
  assert.equal((await fixture.call('POST', '/v1/policy/reload')).status, 200);
  return { fixture, file };
}

async function isAllowed({ fixture }: HandFixture, command = 'npm publish'): Promise<unknown> {
  return (await fixture.ask(command))['allowed'];
}

test('a rule for one decision is gone from its file when it is answered, and nothing else is', async (context) => {
  const made = await startWith(context);
  assert.equal(await isAllowed(made), true);
  const left = readFileSync(made.file, 'utf8');
  assert.match(left, /# written by hand/);
  assert.equal(left.includes('once'), false);
  assert.equal(await isAllowed(made), false);
  assert.equal(await isAllowed(made, 'npm publish --tag next'), true);
  assert.equal(await isAllowed(made, 'npm publish --tag next'), true);
});

test('of many who ask at the same time one gets it', async (context) => {
  const made = await startWith(context);
  const answers = await Promise.all(Array.from({ length: 12 }, () => isAllowed(made)));
  assert.equal(answers.filter((allowed) => allowed === true).length, 1);
});

test('whatever decides nothing uses up nothing', async (context) => {
  const made = await startWith(context);
  const { fixture, file } = made;
  await fixture.call('POST', '/v1/test', { command: 'npm publish' });
  await fixture.ask('npm publish', { enforce: false });
  await fixture.call('PUT', '/v1/mode', { mode: 'monitor' });
  assert.equal((await fixture.ask('npm publish'))['decision'], 'allow');
  await fixture.call('PUT', '/v1/mode', { mode: 'enforce' });
  assert.equal(readFileSync(file, 'utf8'), once);
  assert.equal(await isAllowed(made), true);
});

test('the file is what counts when it was written anew a moment ago', async (context) => {
  const made = await startWith(context);
  const other = `      - { action: allow, when: { command_matches: ['npm publish --dry-run'] }, once: true }\n`;
  writeFileSync(made.file, once.replace('    rules:\n', `    rules:\n${other}`));
  assert.equal(await isAllowed(made), true);
  assert.equal(await isAllowed(made), false);
  assert.equal(await isAllowed(made, 'npm publish --dry-run'), true);
  writeFileSync(made.file, once);
  await made.fixture.call('POST', '/v1/policy/reload');
  writeFileSync(made.file, '');
  assert.equal(await isAllowed(made), false);
});

test('a rule that cannot be taken out decides nothing', async (context) => {
  const made = await startWith(context);
  writeFileSync(made.file, `${once}  - nonsense\n`);
  const { allowed, message, rule } = await made.fixture.ask('npm publish');
  assert.equal(allowed, false);
  assert.match(String(message), /for one decision and could not be taken out of its file: .*by-hand/);
  assert.equal((rule as { policy: string }).policy, 'release');
  assert.equal(await isAllowed(made), false);
});

test('a rule that asks once stays until a person has answered', async (context) => {
  const made = await startWith(context, once.replace('allow', 'ask').replace('npm publish', 'make install'));
  const { fixture, file } = made;
  const pending = await fixture.ask('make install');
  assert.deepEqual([pending['allowed'], readFileSync(file, 'utf8').includes('once')], [false, true]);
  const path = `/v1/approvals/${String(pending['approval_id'])}/resolve`;
  assert.equal((await fixture.call('POST', path, { approved: true })).status, 200);
  assert.equal(await isAllowed(made, 'make install'), true);
  assert.equal(readFileSync(file, 'utf8').includes('once'), false);
});
