import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { exchange, startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

async function startTcp(
  context: TestContext,
  token: string | null = null,
): Promise<{ fixture: RunningFixture; port: number }> {
  const fixture = await startFixture(context, { settings: { port: 0, token } });
  return { fixture, port: Number(new URL(fixture.endpoint.ready.url ?? '').port) };
}

/** The status of a question that went over TCP with these headers. */
async function askOverTcp(
  port: number,
  headers: Readonly<Record<string, string>> = {},
  route: { readonly method: string; readonly path: string; readonly body?: string } = {
    method: 'POST',
    path: '/v1/preflight/exec',
    body: '{"command":"ls"}',
  },
): Promise<number> {
  const { method, path, body = null } = route;
  return (await exchange({ host: '127.0.0.1', port, method, path, headers }, body)).status;
}

/** What comes back for these bytes, until the other side closes. */
function sendRaw(path: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    socket.on('error', reject).on('close', () => resolve(text));
  });
}

test('is healthy by the rules of the peer', async (context) => {
  const fixture = await startFixture(context);
  fixture.clock.time += 61_500;
  const { status, body, text } = await fixture.call('GET', '/healthz');
  assert.equal(status, 200);
  assert.deepEqual(body, {
    service: 'rampart',
    status: 'ok',
    mode: 'enforce',
    uptime_seconds: 61,
    version: '1.2.3',
    protocol: 1,
    pid: 99,
    url: null,
    replaceable: false,
  });
  assert.ok(text.length <= 4_096 && text.endsWith('\n'));
});

test('answers 404 to an unknown path and to a wrong method', async (context) => {
  const fixture = await startFixture(context);
  const requests = [
    ['GET', '/'],
    ['GET', '/v1/preflight/exec'],
    ['POST', '/healthz'],
    ['POST', '/v1/preflight/'],
    ['POST', '/v1/preflight/a/b'],
    ['POST', '/v1/preflight/%'],
    ['DELETE', '/v1/mode'],
  ] as const;
  for (const [method, path] of requests) {
    const { status, body } = await fixture.call(method, path, {});
    assert.deepEqual([status, body], [404, { error: 'not found' }], `${method} ${path}`);
  }
});

test('takes exactly one JSON value that is a question', async (context) => {
  const { paths } = await startFixture(context);
  const bodies = ['', '{', '{} {}', '{}x', '[]', '{"params":1}', '{"command":"a","params":{"command":"b"}}'];
  for (const body of bodies) {
    const answer = await exchange(
      { socketPath: paths.socket, method: 'POST', path: '/v1/preflight/exec' },
      body,
    );
    assert.equal(answer.status, 400, body);
    assert.equal(typeof answer.body['error'], 'string');
  }
  const upper = await exchange(
    { socketPath: paths.socket, method: 'POST', path: '/v1/preflight/EXEC' },
    '{}',
  );
  assert.equal(upper.status, 400);
});

test('caps the body at 8 MiB on the socket and at 1 MiB over TCP', async (context) => {
  const { fixture, port } = await startTcp(context);
  const body = (length: number): string => JSON.stringify({ command: 'ls', pad: 'x'.repeat(length) });
  const path = '/v1/preflight/exec';
  const onSocket = { socketPath: fixture.paths.socket, method: 'POST', path };
  assert.equal((await exchange(onSocket, body(8_000_000))).status, 200);
  assert.equal((await exchange(onSocket, body(8_388_608))).status, 400);
  assert.equal(await askOverTcp(port, {}, { method: 'POST', path, body: body(1_000_000) }), 200);
  assert.equal(await askOverTcp(port, {}, { method: 'POST', path, body: body(1_048_576) }), 400);
});

test('takes the arguments of any command, but no body that has more in it than a question has', async (context) => {
  const { paths } = await startFixture(context);
  const ask = async (body: string): Promise<number> =>
    (await exchange({ socketPath: paths.socket, method: 'POST', path: '/v1/preflight/exec' }, body)).status;
  const text = JSON.stringify('{":,["\\'.repeat(100_000));
  const others = [
    `{"command":"ls","argv":["ls"${',"a"'.repeat(250_000)}]}`,
    `{"command":${text}}`,
    `{"command":"ls","argv":["ls"${',""'.repeat(600_001)}]}`,
    `{"command":"ls","x":[[]${',[]'.repeat(70_000)}]}`,
    `{"command":"ls","x":[{}${',{}'.repeat(70_000)}]}`,
    `{"command":"ls"${Array.from({ length: 70_000 }, (_, index) => `,"k${index}":1`).join('')}}`,
  ];
  assert.deepEqual(await Promise.all(others.map(ask)), [200, 200, 400, 400, 400, 400]);
});

test('closes the connection when it was asked to, and says so before', async (context) => {
  const { paths } = await startFixture(context);
  const body = '{"command":"ls"}';
  const head = `POST /v1/preflight/exec HTTP/1.1\r\nHost: rampart\r\nContent-Length: ${body.length}\r\n`;
  const answer = await sendRaw(paths.socket, `${head}Connection: close\r\n\r\n${body}`);
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(answer, /\r\nContent-Length: \d+\r\n/);
  assert.match(answer, /\r\nConnection: close\r\n/);
});

test('lets a client that expects it go on with its body', async (context) => {
  const { paths } = await startFixture(context);
  const body = '{"command":"ls"}';
  const head = `POST /v1/preflight/exec HTTP/1.1\r\nHost: rampart\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`;
  const answer = await sendRaw(paths.socket, head + body);
  assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
});

test('answers 400 to what is no HTTP and to a head that is too long', async (context) => {
  const { paths } = await startFixture(context);
  assert.match(await sendRaw(paths.socket, 'rm -rf /\r\n\r\n'), /^HTTP\/1\.1 400 /);
  const long = `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`;
  assert.match(await sendRaw(paths.socket, long), /^HTTP\/1\.1 400 /);
});

test('does not talk to web pages over TCP', async (context) => {
  const { port } = await startTcp(context);
  assert.equal(await askOverTcp(port), 200);
  for (const host of ['localhost', `localhost:${port}`, `[::1]:${port}`]) {
    assert.equal(await askOverTcp(port, { host }), 200, host);
  }
  const refused = [
    { host: 'evil.test' },
    { host: `evil.test:${port}` },
    { host: '127.0.0.1.evil.test' },
    { origin: 'http://127.0.0.1' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of refused) {
    assert.equal(
      await askOverTcp(port, headers as unknown as Record<string, string>),
      403,
      JSON.stringify(headers),
    );
  }
});

test('over TCP lets nobody steer when no token was set', async (context) => {
  const { fixture, port } = await startTcp(context);
  const route = { method: 'PUT', path: '/v1/mode', body: '{"mode":"disabled"}' };
  assert.equal(await askOverTcp(port, {}, route), 401);
  assert.equal(await askOverTcp(port, { authorization: 'Bearer ' }, route), 401);
  assert.equal((await fixture.call('GET', '/healthz')).body['mode'], 'enforce');
});

test('over TCP wants the token for everything but health once one was set', async (context) => {
  const { port } = await startTcp(context, 'secret');
  const health = { method: 'GET', path: '/healthz' };
  const status = { method: 'GET', path: '/v1/status' };
  const bearer = { authorization: 'Bearer secret' };
  assert.equal(await askOverTcp(port, {}, health), 200);
  assert.equal(await askOverTcp(port), 401);
  assert.equal(await askOverTcp(port, bearer), 200);
  assert.equal(await askOverTcp(port, bearer, status), 200);
  for (const authorization of ['Bearer secrets', 'bearer secret', 'secret', 'Basic secret']) {
    assert.equal(await askOverTcp(port, { authorization }, status), 401, authorization);
  }
});

test('takes the token from the query for the stream alone', async (context) => {
  const { port } = await startTcp(context, 'secret');
  const probe = { method: 'HEAD', path: '/v1/events/stream?token=secret' };
  assert.equal(await askOverTcp(port, {}, probe), 200);
  assert.equal(await askOverTcp(port, {}, { ...probe, path: '/v1/events/stream?token=wrong' }), 401);
  assert.equal(await askOverTcp(port, {}, { method: 'GET', path: '/v1/status?token=secret' }), 401);
});
