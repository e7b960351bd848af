import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { fixturePolicy, startFixture } from './runningEndpoint.ts';

const step: UnknownRecord = {
  argv: ['rm', '-rf', 'x'],
  exe: '/usr/bin/rm',
  cwd: '/w',
  pid: 300,
  door: 'execve',
};

test('takes the next step of a refused process along PATH for the same question', async (context) => {
  const fixture = await startFixture(context);
  const first = await fixture.ask('rm -rf x', step);
  const second = await fixture.ask('rm -rf x', { ...step, exe: '/bin/rm' });
  assert.notEqual(first['notice'], '');
  assert.deepEqual(second, { ...first, notice: '' });
  assert.deepEqual(
    fixture.records().map((record) => record['id']),
    [first['audit_id']],
  );
});

test('repeats the answer to what needs approval too', async (context) => {
  const fixture = await startFixture(context);
  const publish = { ...step, argv: ['npm', 'publish'] };
  await fixture.ask('npm publish', publish);
  const again = await fixture.ask('npm publish', publish);
  assert.deepEqual([again['decision'], again['allowed'], again['notice']], ['ask', false, '']);
});

const others: Readonly<Record<string, UnknownRecord>> = {
  'of another process': { pid: 301 },
  'with other arguments': { argv: ['rm', '-rf', 'y'] },
  'in another directory': { cwd: '/' },
  'by another name of libc': { door: 'execv' },
  'for another program': { exe: '/usr/bin/rmdir' },
  'by an agent': { markers: ['CLAUDECODE'] },
  'for another tool': { tool: 'read' },
  'of an asker that does not obey': { enforce: false },
};

for (const [what, fields] of Object.entries(others)) {
  test(`a question ${what} is no repetition`, async (context) => {
    const fixture = await startFixture(context);
    await fixture.ask('rm -rf x', step);
    const { tool = 'exec', ...rest } = fields;
    const { body } = await fixture.call('POST', `/v1/preflight/${String(tool)}`, {
      agent: 'preload',
      session: 's',
      params: { command: 'rm -rf x' },
      enforce: true,
      ...step,
      ...rest,
    });
    assert.notEqual(body['notice'], '');
    assert.equal(fixture.records().length, 2);
  });
}

test('a question that is longer than what a record keeps is no repetition', async (context) => {
  const fixture = await startFixture(context);
  const long = { ...step, argv: ['rm', '-rf', 'x'.repeat(66_000)] };
  await fixture.ask('rm -rf x', long);
  assert.notEqual((await fixture.ask('rm -rf x', long))['notice'], '');
  assert.equal(fixture.records().length, 2);
});

test('a program that may call again and again by a name that searches PATH repeats nothing', async (context) => {
  const fixture = await startFixture(context);
  for (const door of ['execvp', 'posix_spawn', 'system']) {
    await fixture.ask('rm -rf x', { ...step, door });
    await fixture.ask('rm -rf x', { ...step, door });
  }
  assert.equal(fixture.records().length, 6);
});

test('an answer is repeated for a second at most, and not by another policy or in another mode', async (context) => {
  const fixture = await startFixture(context);
  const isRepeated = async (): Promise<boolean> => (await fixture.ask('rm -rf x', step))['notice'] === '';
  const seen = [await isRepeated()];
  fixture.passed.time += 999;
  seen.push(await isRepeated());
  fixture.passed.time += 1;
  seen.push(await isRepeated());
  writeFileSync(fixture.policyFile, fixturePolicy.replace('deletes a tree', 'deletes much'));
  await fixture.call('POST', '/v1/policy/reload', {});
  seen.push(await isRepeated());
  await fixture.call('PUT', '/v1/mode', { mode: 'monitor' });
  seen.push(await isRepeated());
  assert.deepEqual(seen, [false, true, false, false, false]);
  assert.equal(fixture.records().filter(({ tool }) => tool === 'exec').length, 4);
});

test('remembers so many refusals and no more', async (context) => {
  const fixture = await startFixture(context);
  for (let pid = 1_000; pid <= 1_256; pid += 1) await fixture.ask('rm -rf x', { ...step, pid });
  const oldest = await fixture.ask('rm -rf x', { ...step, pid: 1_000 });
  const newest = await fixture.ask('rm -rf x', { ...step, pid: 1_256 });
  assert.deepEqual([oldest['notice'] === '', newest['notice']], [false, '']);
});
