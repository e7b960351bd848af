import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { TokenStore } from '../../../src/endpoint/tokenStore.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { exchange, startFixture } from './runningEndpoint.ts';
import type { Exchange, RunningFixture } from './runningEndpoint.ts';

/** An endpoint with a port, and what a client there can do with a token. */
async function startWithPort(context: TestContext, token: string | null = null) {
  const fixture = await startFixture(context, { settings: { port: 0, token } });
  const port = Number(new URL(fixture.endpoint.ready.url ?? '').port);
  const over = (secret: string | null, method: string, path: string, body?: unknown): Promise<Exchange> => {
    const headers = secret === null ? {} : { authorization: `Bearer ${secret}` };
    return exchange(
      { host: '127.0.0.1', port, method, path, headers },
      body === undefined ? null : JSON.stringify(body),
    );
  };
  const ask = (secret: string | null, agent = 'liar'): Promise<Exchange> =>
    over(secret, 'POST', '/v1/preflight/exec', { agent, params: { command: 'ls' }, enforce: true });
  return { fixture, port, over, ask };
}

async function make(fixture: RunningFixture, order: UnknownRecord): Promise<{ id: string; secret: string }> {
  const made = await fixture.call('POST', '/v1/tokens', order);
  assert.equal(made.status, 201, made.text);
  return { id: String(made.body['id']), secret: String(made.body['token']) };
}

function fieldsOf(record: UnknownRecord | undefined): readonly unknown[] {
  assert.ok(record !== undefined && isRecord(record['request']) && isRecord(record['decision']));
  return [record['request']['command'], record['decision']['action'], record['decision']['message']];
}

test('asks as the agent of its token, whatever name the question has, and says so in the log', async (context) => {
  const { fixture, ask } = await startWithPort(context);
  const { id, secret } = await make(fixture, { agent: 'codex' });
  assert.match(secret, /^rampart_[0-9a-f]{48}$/);
  assert.equal((await ask(secret)).status, 200);
  const [, record] = fixture.records();
  assert.deepEqual([record?.['agent'], record?.['credential']], ['codex', `credential-${id}`]);
  const tool = await exchange(
    {
      socketPath: fixture.paths.socket,
      method: 'POST',
      path: '/v1/tool/exec',
      headers: { authorization: `Bearer ${secret}` },
    },
    '{"agent":"liar","params":{"command":"curl x"}}',
  );
  assert.equal(tool.status, 200);
  assert.equal(fixture.records().at(-1)?.['agent'], 'codex', 'on the socket, too');
});

test('allows with the token of an agent only what a rule allows, on the socket, too', async (context) => {
  const { fixture, over, ask } = await startWithPort(context, 'the-owners');
  const { secret } = await make(fixture, { agent: 'codex', scopes: ['eval', 'admin'] });
  const { allowed, decision, message } = (await ask(secret)).body;
  assert.deepEqual([allowed, decision, message], [false, 'deny', 'no rule allows this command']);
  const asked = async (path: string, command: string): Promise<readonly unknown[]> => {
    const { status, body } = await over(secret, 'POST', path, { params: { command }, enforce: true });
    return [status, body['decision']];
  };
  assert.deepEqual(await asked('/v1/preflight/exec', 'curl x'), [200, 'watch']);
  assert.deepEqual(await asked('/v1/preflight/exec', 'npm publish'), [200, 'ask']);
  assert.deepEqual(await asked('/v1/tool/exec', 'ls'), [403, 'deny']);
  const headers = { authorization: `Bearer ${secret}` };
  const door = { socketPath: fixture.paths.socket, method: 'POST', path: '/v1/preflight/exec', headers };
  const near = await exchange(door, '{"params":{"command":"ls"},"enforce":true}');
  assert.equal(near.body['allowed'], false);
  assert.equal((await ask('the-owners')).body['allowed'], true, 'the default is for everybody else');
  assert.equal((await fixture.ask('ls'))['allowed'], true);
});

test('lets nobody ask over TCP without a token as long as an agent has one', async (context) => {
  const { fixture, ask } = await startWithPort(context);
  assert.equal((await ask(null)).status, 200);
  const { id } = await make(fixture, { agent: 'codex' });
  assert.equal((await ask(null)).status, 401);
  assert.equal((await ask('rampart_of-somebody')).status, 401);
  assert.equal((await fixture.ask('ls'))['allowed'], true, 'the socket needs none');
  await fixture.call('DELETE', `/v1/tokens/${id}`);
  assert.equal((await ask(null)).status, 200);
});

test('gives each scope its routes and no other, and tokens to none of them', async (context) => {
  const { fixture, over, ask } = await startWithPort(context, 'the-owners');
  const statuses = async (secret: string): Promise<readonly number[]> => [
    (await ask(secret)).status,
    (await over(secret, 'GET', '/v1/status')).status,
    (await over(secret, 'HEAD', '/v1/events/stream')).status,
    (await over(secret, 'GET', '/v1/tokens')).status,
    (await over(secret, 'POST', '/v1/tokens', { agent: 'more', scopes: ['admin'] })).status,
  ];
  const secretOf = async (...scopes: readonly string[]): Promise<string> =>
    (await make(fixture, { agent: 'a', scopes })).secret;
  assert.deepEqual(await statuses(await secretOf('eval')), [200, 403, 403, 403, 403]);
  assert.deepEqual(await statuses(await secretOf('admin')), [403, 200, 200, 403, 403]);
  assert.deepEqual(await statuses(await secretOf('stream')), [403, 403, 200, 403, 403]);
  assert.deepEqual(await statuses(await secretOf('eval', 'admin')), [200, 200, 200, 403, 403]);
  assert.deepEqual(await statuses('the-owners'), [200, 200, 200, 200, 201]);
});

test('leaves verification to who owns the endpoint', async (context) => {
  const { fixture, over } = await startWithPort(context, 'the-owners');
  const { secret } = await make(fixture, { agent: 'a', scopes: ['eval', 'admin'] });
  const body = { params: { command: 'ls' }, verification: true };
  assert.equal((await over(secret, 'POST', '/v1/preflight/exec', body)).status, 403);
  assert.equal((await over('the-owners', 'POST', '/v1/preflight/exec', body)).status, 200);
});

test('ends what a token can do the moment it is revoked, its streams too', async (context) => {
  const { fixture, over, ask, port } = await startWithPort(context);
  const { id, secret } = await make(fixture, { agent: 'board', scopes: ['eval', 'stream'] });
  const stream = await fixture.openStream('/v1/events/stream', {});
  const query = `/v1/events/stream?token=${secret}&approvals=answer&folder=/`;
  const reading = exchange({ host: '127.0.0.1', port, path: query }, null);
  await stream.nextOf('audit');
  assert.equal((await fixture.call('DELETE', '/v1/tokens/none')).status, 404);
  assert.equal((await fixture.call('DELETE', `/v1/tokens/${id}`)).status, 200);
  assert.equal((await reading).status, 200, 'it has an end');
  // Somebody else's token keeps the door shut, so that the reason can be seen.
  await make(fixture, { agent: 'other' });
  const refused = await ask(secret);
  assert.deepEqual(
    [refused.status, refused.body],
    [401, { error: `the token credential-${id} of board was revoked` }],
  );
  assert.equal((await over(secret, 'HEAD', '/v1/events/stream')).status, 401);
  const told = fixture.records().map(fieldsOf);
  assert.deepEqual(told, [
    [`token credential-${id}`, 'watch', 'made for board with scopes eval, stream, without an end'],
    ['GET /v1/events/stream', 'watch', `by credential-${id} of board`],
    [`token credential-${id}`, 'watch', 'of board revoked'],
    [told[3]?.[0], 'watch', 'made for other with scopes eval, without an end'],
    ['POST /v1/preflight/exec', 'deny', `the token credential-${id} of board was revoked`],
    ['HEAD /v1/events/stream', 'deny', `the token credential-${id} of board was revoked`],
  ]);
});

test('lets a token expire', async (context) => {
  const { fixture, ask } = await startWithPort(context);
  const { secret } = await make(fixture, { agent: 'a', expires_in_seconds: 60 });
  fixture.clock.time += 59_999;
  assert.equal((await ask(secret)).status, 200);
  fixture.clock.time += 1;
  assert.equal((await ask(secret)).status, 401);
  assert.equal((await ask(null)).status, 401, 'its end opens nothing');
});

test('keeps tokens over a restart as hashes, in a file for its owner alone', async (context) => {
  const { fixture, ask } = await startWithPort(context);
  const { secret } = await make(fixture, { agent: 'a', note: 'for the board' });
  const gone = await make(fixture, { agent: 'b' });
  await fixture.call('DELETE', `/v1/tokens/${gone.id}`);
  await ask(secret);
  fixture.endpoint.stop('restart');
  await fixture.endpoint.ended;
  const text = readFileSync(fixture.paths.tokens, 'utf8');
  assert.ok(!text.includes(secret) && !text.includes(secret.slice(16)));
  assert.equal(statSync(fixture.paths.tokens).mode & 0o777, 0o600);
  const next = await startFixture(context, { folder: fixture.folder, settings: { port: 0 } });
  const port = Number(new URL(next.endpoint.ready.url ?? '').port);
  const status = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const target = { host: '127.0.0.1', port, method: 'POST', path: '/v1/preflight/exec', headers };
    return (await exchange(target, '{"params":{"command":"ls"}}')).status;
  };
  assert.deepEqual([await status(secret), await status(gone.secret)], [200, 401]);
  const { tokens } = (await next.call('GET', '/v1/tokens')).body as { tokens: readonly UnknownRecord[] };
  assert.deepEqual(
    tokens.map(({ agent, note, revoked_at: revoked, last_used_at: used }) => [
      agent,
      note,
      revoked !== null,
      used !== null,
    ]),
    [
      ['a', 'for the board', false, true],
      ['b', '', true, false],
    ],
  );
});

test('takes a file of tokens that cannot be read for none, and leaves each such file to be looked at', async (context) => {
  const { fixture } = await startWithPort(context);
  await make(fixture, { agent: 'a' });
  const foreign = [2, 3].map((format) => `{"format":${format},"tokens":[]}`);
  let running = fixture;
  for (const text of foreign) {
    running.endpoint.stop('restart');
    await running.endpoint.ended;
    writeFileSync(fixture.paths.tokens, text);
    running = await startFixture(context, { folder: fixture.folder });
    assert.deepEqual((await running.call('GET', '/v1/tokens')).body, { tokens: [] });
  }
  const kept = ['', '.2'].map((part) => readFileSync(`${fixture.paths.tokens}${part}.unreadable`, 'utf8'));
  assert.deepEqual(kept, foreign);
});

test('refuses orders that are none', async (context) => {
  const { fixture } = await startWithPort(context);
  const orders = [
    {},
    { agent: 'a b' },
    { agent: 'a', scopes: [] },
    { agent: 'a', scopes: ['root'] },
    { agent: 'a', note: 7 },
    { agent: 'a', expires_in_seconds: 0 },
    [],
  ];
  for (const order of orders) {
    assert.equal((await fixture.call('POST', '/v1/tokens', order)).status, 400, JSON.stringify(order));
  }
  assert.deepEqual((await fixture.call('GET', '/v1/tokens')).body, { tokens: [] });
});

test('has room for 256 tokens, and gives that of an ended one away', (context) => {
  const store = new TokenStore({
    file: join(temporaryFolder(context), 'tokens.json'),
    clock: { now: () => Date.parse('2026-03-04T05:06:07Z') },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    createRandom: (bytes) => randomBytes(bytes),
  });
  const order = { agent: 'a', scopes: ['eval'], note: '', expiresAt: null } as const;
  for (let count = 0; count < 256; count += 1) assert.ok(store.create(order).ok);
  assert.ok(!store.create(order).ok);
  const revoked = store.list()[7]?.id ?? '';
  assert.ok(store.revoke(revoked).ok && store.create(order).ok && !store.create(order).ok);
  assert.ok(store.list().every(({ id }) => id !== revoked));
  store.dispose();
});
