import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { endpointEnvironment, ensureEndpoint } from '../../../src/client/endpointProcess.ts';
import type { EndpointStart } from '../../../src/client/endpointProcess.ts';
import { statePathsIn } from '../../../src/system/stateDirectory.ts';
import { startSocketServer } from '../../support/socketServer.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** Listens like an endpoint and writes what it was given to `given.json`. */
const listening = `
  const [, , , directory] = process.argv;
  const { readFileSync, writeFileSync } = require('node:fs');
  const parent = () => Number(readFileSync('/proc/self/stat', 'utf8').split(' ')[3]);
  const health = { service: 'rampart', status: 'ok', mode: 'enforce', uptime_seconds: 0, version: '1', pid: process.pid };
  const server = require('node:http').createServer((_, response) => {
    const given = { argv: process.argv.slice(2), env: process.env, cwd: process.cwd(), parent: parent() };
    writeFileSync(directory + '/given.json', JSON.stringify(given));
    response.end(JSON.stringify(health));
  });
  server.listen(directory + '/endpoint.sock', () => console.log(JSON.stringify({ ready: true })));
`;

function startOf(context: TestContext, script: string): EndpointStart {
  const folder = temporaryFolder(context);
  const bundle = join(folder, 'endpoint.cjs');
  writeFileSync(bundle, script);
  return {
    program: { path: process.execPath, isElectron: false },
    bundle,
    version: '1.10.0',
    paths: statePathsIn(join(folder, 'state')),
    arguments: ['--mode', 'monitor'],
    environment: {
      HOME: '/h',
      PATH: '/bin:/usr/bin',
      LD_PRELOAD: '/x.so',
      VSCODE_PID: '1',
      RAMPART_TOKEN: 't',
    },
  };
}

function endAtTheEnd(context: TestContext, pid: number | null): void {
  context.after(() => {
    if (pid !== null) process.kill(pid, 'SIGKILL');
  });
}

test('starts an endpoint that is nobody’s child, with a clean environment, and finds it again', async (context) => {
  const start = startOf(context, listening);
  const first = await ensureEndpoint(start);
  assert.ok(first.ok, JSON.stringify(first));
  endAtTheEnd(context, first.value.health.pid);
  const second = await ensureEndpoint(start);
  assert.deepEqual([first.value.started, second.ok && second.value.started], [true, false]);
  const given = JSON.parse(readFileSync(join(start.paths.directory, 'given.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  assert.deepEqual(given['argv'], ['--state-dir', start.paths.directory, '--on-demand', '--mode', 'monitor']);
  assert.equal(given['cwd'], '/');
  assert.notEqual(given['parent'], process.pid);
  const { HOME, PATH, ...others } = given['env'] as Record<string, string>;
  assert.deepEqual([HOME, PATH], ['/h', '/bin:/usr/bin']);
  assert.deepEqual(
    Object.keys(others).filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)),
    [],
  );
});

test('connects to the winner when another starter was faster', async (context) => {
  const winner = startOf(context, listening);
  const loser = { ...startOf(context, 'process.exit(3)'), paths: winner.paths };
  const [lost, won] = await Promise.all([ensureEndpoint(loser), ensureEndpoint(winner)]);
  assert.ok(lost.ok && won.ok, JSON.stringify([lost, won]));
  endAtTheEnd(context, won.value.health.pid);
  assert.deepEqual([lost.value.started, won.value.started], [false, true]);
  assert.equal(lost.value.health.pid, won.value.health.pid);
});

test('says why an endpoint did not start, in its own last words', async (context) => {
  const start = startOf(
    context,
    'console.error("first"); console.error("the policy is wrong"); process.exit(2)',
  );
  const outcome = await ensureEndpoint(start);
  assert.deepEqual(outcome, { ok: false, error: 'the endpoint ended with status 2: the policy is wrong' });
  assert.equal(readFileSync(start.paths.log, 'utf8'), 'first\nthe policy is wrong\n');
});

test('puts a log aside that has grown long', async (context) => {
  const start = startOf(context, 'process.exit(2)');
  await ensureEndpoint(start);
  writeFileSync(start.paths.log, Buffer.alloc(1_048_577));
  assert.deepEqual(await ensureEndpoint(start), { ok: false, error: 'the endpoint ended with status 2' });
  assert.equal(readFileSync(start.paths.log).length, 0);
  assert.ok(existsSync(`${start.paths.log}.old`));
});

test('starts nothing beside an endpoint that answers nonsense', async (context) => {
  const start = startOf(context, 'process.exit(2)');
  const { address } = await startSocketServer(context, (_, response) => response.end('{}'));
  const outcome = await ensureEndpoint({ ...start, paths: statePathsIn(dirname(address.path)) });
  assert.deepEqual(outcome, {
    ok: false,
    error: 'the endpoint is in trouble: what answers is no rampart endpoint',
  });
});

test('passes on what an endpoint needs, and makes an editor’s binary a Node', () => {
  const environment = {
    HOME: '/h',
    XDG_RUNTIME_DIR: '/r',
    LANG: undefined,
    LD_LIBRARY_PATH: '/l',
    ELECTRON_X: '1',
  };
  const kept = { HOME: '/h', XDG_RUNTIME_DIR: '/r' };
  assert.deepEqual(endpointEnvironment(environment, { path: '/node', isElectron: false }), kept);
  const electron = endpointEnvironment(environment, { path: '/code', isElectron: true });
  assert.deepEqual(electron, { ...kept, ELECTRON_RUN_AS_NODE: '1' });
});

interface OtherEndpoint {
  readonly protocol: number;
  readonly version?: string;
  readonly replaceable?: boolean;
  readonly refuses?: boolean;
}

/** An endpoint of another protocol or version; one that ends when it is told to, unless it refuses. */
async function startOther(
  context: TestContext,
  start: EndpointStart,
  { refuses = false, ...said }: OtherEndpoint,
): Promise<Server> {
  mkdirSync(start.paths.directory, { recursive: true, mode: 0o700 });
  const server = createServer((request, response) => {
    if (request.url === '/healthz') {
      const health = {
        service: 'rampart',
        status: 'ok',
        mode: 'enforce',
        uptime_seconds: 0,
        version: '9.9',
        ...said,
      };
      response.end(JSON.stringify(health));
      return;
    }
    response
      .writeHead(refuses ? 403 : 200)
      .end(refuses ? '{"error":"you are guarded"}' : '{"stopping":true}');
    if (!refuses) server.close();
  });
  await new Promise<void>((resolve) => server.listen(start.paths.socket, resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

test('takes the place of an endpoint of an older protocol, and says who has to where it may not', async (context) => {
  const start = startOf(context, listening);
  await startOther(context, start, { protocol: 0, refuses: false });
  const replaced = await ensureEndpoint(start);
  assert.ok(replaced.ok, JSON.stringify(replaced));
  endAtTheEnd(context, replaced.value.health.pid);
  assert.deepEqual([replaced.value.started, replaced.value.health.version], [true, '1']);
  const other = startOf(context, listening);
  await startOther(context, other, { protocol: 0, refuses: true });
  const refused = await ensureEndpoint(other);
  assert.match(
    refused.ok ? '' : refused.error,
    /^the endpoint that runs \(version 9\.9, process unknown\) is older and could not be replaced, end it yourself: you are guarded$/,
  );
});

test('leaves an endpoint of a newer protocol alone, and says how to go on', async (context) => {
  const start = startOf(context, listening);
  await startOther(context, start, { protocol: 2, refuses: false });
  const found = await ensureEndpoint(start);
  assert.equal(
    found.ok ? '' : found.error,
    'the endpoint that runs (version 9.9, process unknown) is newer: it speaks protocol 2, this program 1; update this one, or end that with `rampart stop`',
  );
});

test('takes the place of an older version that was started on demand, where it may', async (context) => {
  const start = startOf(context, listening);
  await startOther(context, start, { protocol: 1, version: '1.9.9', replaceable: true });
  const replaced = await ensureEndpoint(start);
  assert.ok(replaced.ok, JSON.stringify(replaced));
  endAtTheEnd(context, replaced.value.health.pid);
  assert.deepEqual([replaced.value.started, replaced.value.health.version], [true, '1']);
});

for (const [title, other] of [
  ['that refuses', { version: '1.9.9', replaceable: true, refuses: true }],
  ['that a person started', { version: '1.9.9' }],
  ['of the same version', { version: '1.10.0-beta', replaceable: true }],
  ['of a newer version', { version: '1.11.0', replaceable: true }],
  ['whose version says nothing', { version: 'dev', replaceable: true }],
] as const)
  test(`goes on with an endpoint ${title}`, async (context) => {
    const start = startOf(context, listening);
    await startOther(context, start, { protocol: 1, ...other });
    const found = await ensureEndpoint(start);
    assert.deepEqual(found.ok && [found.value.started, found.value.health.version], [false, other.version]);
  });
