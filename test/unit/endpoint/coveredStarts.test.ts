import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { startFixture } from './runningEndpoint.ts';

test('an approved text covers what it names: once each, for its own process, and nothing else', async (context) => {
  const shell = { pid: 300, ppid: 200, session: 200 };
  const child = { pid: 301, ppid: 300, session: 200 };
  const other = { pid: 302, ppid: 200, session: 200 };
  const fixture = await startFixture(context, { processes: [shell, child, other] });
  const text = 'npm publish --tag next && cd /w/lib && npm publish "$1"';
  const outer = {
    ...{ pid: 300, ppid: 200, sid: 200, door: 'execve', cwd: '/w', exe: '/bin/bash' },
    argv: ['bash', '-c', text],
  };
  const command = `bash -c '${text}'`;
  await fixture.ask(command, outer);
  const [approval] = (await fixture.call('GET', '/v1/approvals')).body['approvals'] as UnknownRecord[];
  await fixture.call('POST', `/v1/approvals/${String(approval?.['id'])}/resolve`, { approved: true });
  // Another start, and no further step along `PATH`.
  fixture.passed.time += 2_000;
  assert.equal((await fixture.ask(command, outer))['allowed'], true);
  const publish = async (fields: UnknownRecord, ...words: readonly string[]): Promise<unknown> => {
    const argv = ['npm', 'publish', ...words];
    const asked = { sid: 200, door: 'execve', exe: '/bin/npm', cwd: '/w', argv, ...fields };
    return (await fixture.ask(argv.join(' '), asked))['allowed'];
  };
  assert.equal(await publish({ pid: 302, ppid: 200 }, '--tag', 'next'), false, 'another process');
  assert.equal(await publish({ pid: 301, ppid: 300 }, '--tag', 'other'), false, 'other words');
  assert.equal(await publish({ pid: 301, ppid: 300, cwd: '/w/lib' }, '--tag', 'next'), false, 'elsewhere');
  assert.equal(await publish({ pid: 301, ppid: 300, cwd: '/w/lib' }, 'x'), false, 'what only the run tells');
  assert.equal(await publish({ pid: 301, ppid: 300 }, '--tag', 'next'), true);
  assert.equal(await publish({ pid: 301, ppid: 300 }, '--tag', 'next'), false, 'it is used up');
});
