import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Doors } from '../../../src/endpoint/doors.ts';
import { statePathsIn } from '../../../src/system/stateDirectory.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { until } from '../../support/until.ts';
import { exchange, startFixture, tryStartFixture } from './runningEndpoint.ts';

test('says where it listens, and owns what it makes', async (context) => {
  const fixture = await startFixture(context, { settings: { port: 0 } });
  const { url } = fixture.endpoint.ready;
  assert.match(url ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(fixture.endpoint.ready, {
    ready: true,
    socket: fixture.paths.socket,
    url,
    pid: 99,
    state_dir: fixture.paths.directory,
    mode: 'enforce',
  });
  await fixture.ask('ls');
  await fixture.call('PUT', '/v1/mode', { mode: 'monitor' });
  const { socket, state, lock, mode } = fixture.paths;
  const log = join(fixture.paths.audit, '2026-03-04.jsonl');
  for (const file of [socket, state, lock, mode, log]) {
    assert.equal((statSync(file).mode & 0o777).toString(8), '600', file);
  }
  assert.equal((statSync(fixture.paths.audit).mode & 0o777).toString(8), '700');
  assert.equal(readFileSync(lock, 'utf8'), '99\n');
  assert.equal((await exchange({ ...portOf(url), path: '/healthz' }, null)).body['url'], url);
});

function portOf(url: string | null): { host: string; port: string } {
  return { host: '127.0.0.1', port: new URL(url ?? '').port };
}

test('leaves a directory that another one owns alone, and says whose it is', async (context) => {
  const first = await startFixture(context);
  const addon = {
    lockFile: () => false,
    peerCredentials: () => assert.fail(),
    makeFifo: () => assert.fail(),
    realPath: () => assert.fail(),
    execve: () => assert.fail(),
    concealSecrets: () => assert.fail(),
    listenAt: () => null,
    sendLast: () => assert.fail(),
    identifyProgram: () => null,
  };
  const { started } = await tryStartFixture(context, {
    folder: first.folder,
    world: { addon },
  });
  assert.deepEqual(started, { ok: false, error: { kind: 'owned', pid: 99 } });
  assert.equal((await first.call('GET', '/healthz')).status, 200);
});

test('says why it cannot start', async (context) => {
  const broken = await tryStartFixture(context, { policy: 'policies: 7\n' });
  assert.ok(!broken.started.ok && broken.started.error.kind === 'policy');
  assert.match(broken.started.error.problems[0]?.file ?? '', /fixture\.yaml$/);
  assert.ok(!existsSync(broken.rest.paths.socket));
  const taken = await startFixture(context, { settings: { port: 0 } });
  const port = Number(portOf(taken.endpoint.ready.url).port);
  const second = await tryStartFixture(context, { settings: { port } });
  assert.ok(!second.started.ok && second.started.error.kind === 'broken');
  assert.match(second.started.error.reason, /EADDRINUSE/);
  assert.ok(!existsSync(second.rest.paths.socket));
});

test('on demand starts with the files that are good, and tells what is not', async (context) => {
  const fixture = await startFixture(context, { settings: { onDemand: true } });
  fixture.endpoint.stop('to start over with another file');
  await fixture.endpoint.ended;
  writeFileSync(fixture.policyFile.replace('fixture', 'broken'), 'policies: 7\n');
  const again = await startFixture(context, { folder: fixture.folder, settings: { onDemand: true } });
  assert.equal((await again.ask('rm -rf x'))['allowed'], false);
  const problems = (await again.call('GET', '/v1/status')).body['problems'] as { file: string }[];
  assert.deepEqual(
    problems.map(({ file }) => file.endsWith('/broken.yaml')),
    [true],
  );
});

test('follows no link and waits at no FIFO that stands in the place of its files', async (context) => {
  const folder = temporaryFolder(context);
  const paths = statePathsIn(join(folder, 'state'));
  mkdirSync(paths.directory, { mode: 0o700 });
  const precious = join(folder, 'precious');
  writeFileSync(precious, 'precious');
  for (const path of [paths.held, `${paths.mode}.new`, paths.policy]) symlinkSync(precious, path);
  for (const path of [paths.mode, paths.approvals, paths.tokens, paths.upstream, paths.lost]) {
    execFileSync('mkfifo', [path]);
  }
  const fixture = await startFixture(context, { folder, processes: [] });
  // An upstream that cannot be read refuses.
  assert.equal((await fixture.ask('ls'))['allowed'], false);
  assert.equal((await fixture.call('GET', '/healthz')).body['mode'], 'enforce');
  fixture.endpoint.stop('that was it');
  await fixture.endpoint.ended;
  assert.equal(readFileSync(precious, 'utf8'), 'precious');
});

test('takes no lock through a link', async (context) => {
  const folder = temporaryFolder(context);
  const paths = statePathsIn(join(folder, 'state'));
  mkdirSync(paths.directory, { mode: 0o700 });
  writeFileSync(join(folder, 'precious'), 'precious');
  symlinkSync(join(folder, 'precious'), paths.lock);
  const { started } = await tryStartFixture(context, { folder, processes: [] });
  assert.match(JSON.stringify(started), /the lock cannot be opened: ELOOP/);
  assert.equal(readFileSync(join(folder, 'precious'), 'utf8'), 'precious');
});

test('takes the place of an endpoint that died', async (context) => {
  const fixture = await tryStartFixture(context, { policy: 'policies: 7\n' });
  mkdirSync(fixture.rest.paths.directory, { recursive: true });
  writeFileSync(fixture.rest.paths.socket, 'left behind');
  const next = await startFixture(context, { folder: fixture.rest.folder });
  assert.equal((await next.call('GET', '/healthz')).status, 200);
});

test('makes its socket again when that was deleted, and records it', async (context) => {
  const fixture = await startFixture(context);
  rmSync(fixture.paths.socket);
  await until('the socket is back', () => existsSync(fixture.paths.socket));
  assert.equal((await fixture.ask('rm -rf x'))['allowed'], false);
  assert.deepEqual(fixture.records()[0]?.['request'], { command: 'socket' });
});

test('ends when its state directory was taken away, and leaves the next owner alone', async (context) => {
  const fixture = await startFixture(context);
  renameSync(fixture.paths.directory, `${fixture.paths.directory}.away`);
  mkdirSync(fixture.paths.directory);
  const names = ['socket', 'state', 'journal'] as const;
  for (const name of names) writeFileSync(fixture.paths[name], 'of the next owner');
  const ended = fixture.endpoint.ended.then((reason) => [
    reason,
    ...names.map((name) => readFileSync(fixture.paths[name], 'utf8')),
  ]);
  assert.deepEqual(await ended, [
    'its state directory was taken away',
    ...names.map(() => 'of the next owner'),
  ]);
});

test('ends when it is told to, after its answer, and takes its socket along', async (context) => {
  const fixture = await startFixture(context);
  const { status, body } = await fixture.call('POST', '/v1/shutdown', {});
  assert.deepEqual([status, body], [200, { stopping: true }]);
  assert.equal(await fixture.endpoint.ended, 'it was told to');
  assert.ok(!existsSync(fixture.paths.socket));
});

test('on demand ends when nobody is left', async (context) => {
  const fixture = await startFixture(context, { settings: { onDemand: true, lingerMs: 0 } });
  assert.equal(await fixture.endpoint.ended, 'nobody uses it any more');
});

test('on demand stays for a reader of its stream', async (context) => {
  const fixture = await startFixture(context, { settings: { onDemand: true, lingerMs: 0 } });
  const stream = await fixture.openStream();
  const outcome = await Promise.race([
    fixture.endpoint.ended,
    new Promise((resolve) => setTimeout(resolve, 1_500, 'still there')),
  ]);
  assert.equal(outcome, 'still there');
  stream.close();
  assert.equal(await fixture.endpoint.ended, 'nobody uses it any more');
});

test('makes its socket no more while it leaves, however long that takes', async (context) => {
  const path = join(temporaryFolder(context), 'endpoint.sock');
  const addon = {
    peerCredentials: () => assert.fail(),
    listenAt: () => null,
    sendLast: () => assert.fail(),
    identifyProgram: () => null,
  };
  const doors = new Doors(path, addon, () => assert.fail());
  await doors.openSocket();
  const closed = doors.close();
  await doors.reopenSocket();
  await closed;
  assert.ok(!existsSync(path));
});
