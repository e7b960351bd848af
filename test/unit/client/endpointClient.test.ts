import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { EndpointClient } from '../../../src/client/endpointClient.ts';
import { exchangeJson } from '../../../src/client/httpExchange.ts';
import { auditRecord, sessionView } from '../../support/records.ts';
import { startSocketServer } from '../../support/socketServer.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

async function clientOf(context: TestContext, listener: RequestListener): Promise<EndpointClient> {
  const { address } = await startSocketServer(context, listener);
  return new EndpointClient(address, 'secret');
}

function answer(status: number, body: unknown) {
  return (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

const registration = {
  kind: 'terminal',
  name: 'bash',
  hidden: false,
  protection: 'protected',
  scope: 'all',
  agent: null,
} as const;

test('asks every route as the protocol has it and reads the answer', async (context) => {
  const seen: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    '/healthz': {
      service: 'rampart',
      status: 'ok',
      mode: 'enforce',
      uptime_seconds: 1,
      version: '1',
      pid: 2,
      url: null,
    },
    '/v1/preflight/exec': { allowed: false, notice: 'by rule x', message: 'no' },
    '/v1/mode': { mode: 'monitor', until: '2026-01-01T00:00:00Z' },
    '/v1/status': {
      mode: 'monitor',
      policy_count: 2,
      rule_count: 9,
      problems: [{ file: 'f', line: 1, column: 2, message: 'm' }],
      upstream: { wished: 'auto', url: null, state: 'unusable', reason: 'no token' },
      lost_records: 3,
    },
    '/v1/policy/reload': { success: true },
    '/v1/audit/events?date=2026-01-02&limit=2': {
      events: [auditRecord({}), 4],
      total_in_file: 7,
      next_offset: 2,
    },
    '/v1/sessions': { sessions: [sessionView({}), 4] },
    '/v1/sessions/7': sessionView({ name: 'bash' }),
    '/v1/shutdown': { stopping: true },
  };
  const client = await clientOf(context, (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      assert.equal(headers.authorization, 'Bearer secret');
      assert.equal(headers.host, 'rampart');
      seen.push(`${method} ${url} ${body}`.trim());
      answer(200, answers[url])(request, response);
    });
  });
  const outcomes = [
    await client.health(),
    await client.preflight('exec', Buffer.from('{"x":1}')),
    await client.setMode('monitor', 60),
    await client.setMode('enforce'),
    await client.policyStatus(),
    await client.reloadPolicy(),
    await client.auditEvents({ date: '2026-01-02', limit: 2 }),
    await client.sessions(),
    await client.registerSession(7, registration),
    await client.shutdown(),
  ];
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error)),
    [
      {
        mode: 'enforce',
        uptime_seconds: 1,
        version: '1',
        protocol: 1,
        pid: 2,
        url: null,
        replaceable: false,
      },
      { allowed: false, notice: 'by rule x', message: 'no' },
      { mode: 'monitor', until: '2026-01-01T00:00:00Z' },
      { mode: 'monitor', until: '2026-01-01T00:00:00Z' },
      {
        mode: 'monitor',
        policyCount: 2,
        ruleCount: 9,
        problems: [{ file: 'f', line: 1, column: 2, message: 'm' }],
        upstream: { wished: 'auto', url: null, state: 'unusable', reason: 'no token' },
        lostRecords: 3,
      },
      null,
      { events: [auditRecord({})], totalInFile: 7, nextOffset: 2 },
      [sessionView({})],
      sessionView({ name: 'bash' }),
      null,
    ],
  );
  assert.deepEqual(seen, [
    'GET /healthz',
    'POST /v1/preflight/exec {"x":1}',
    'PUT /v1/mode {"mode":"monitor","for_seconds":60}',
    'PUT /v1/mode {"mode":"enforce"}',
    'GET /v1/status',
    'POST /v1/policy/reload {}',
    'GET /v1/audit/events?date=2026-01-02&limit=2',
    'GET /v1/sessions',
    `PUT /v1/sessions/7 ${JSON.stringify(registration)}`,
    'POST /v1/shutdown {}',
  ]);
});

test('says of a failure what kind it is, with the reason of the endpoint', async (context) => {
  const listeners: readonly (readonly [RequestListener, object])[] = [
    [answer(403, { error: 'guarded tree' }), { code: 'refused', message: 'guarded tree' }],
    [answer(401, null), { code: 'refused', message: 'the endpoint answered with status 401' }],
    [answer(503, { error: 'disk full' }), { code: 'unavailable', message: 'disk full' }],
    [answer(404, { error: 'not found' }), { code: 'rejected', message: 'not found' }],
    [answer(200, { mode: 'x' }), { code: 'malformed', message: 'the answer has no mode' }],
  ];
  for (const [listener, error] of listeners) {
    const client = await clientOf(context, listener);
    assert.deepEqual(await client.setMode('enforce'), { ok: false, error });
  }
  const garbled = await clientOf(context, (_, response) => response.end('{'));
  const cut = await clientOf(context, (request) => request.socket.destroy());
  const cutLate = await clientOf(context, (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{', () => request.socket.destroy());
  });
  const gone = new EndpointClient({ kind: 'socket', path: join(temporaryFolder(context), 'none.sock') });
  const codes: string[] = [];
  for (const client of [garbled, cut, cutLate, gone]) {
    const outcome = await client.health();
    codes.push(outcome.ok ? 'ok' : outcome.error.code);
  }
  assert.deepEqual(codes, ['malformed', 'unreachable', 'unreachable', 'unreachable']);
});

test('calls an answer malformed that lacks what was asked for', async (context) => {
  const client = await clientOf(context, answer(200, {}));
  const outcomes = [
    await client.health(),
    await client.preflight('exec', Buffer.from('{}')),
    await client.policyStatus(),
    await client.auditEvents({}),
    await client.auditDates(),
    await client.sessions(),
    await client.registerSession(1, registration),
  ];
  for (const outcome of outcomes) assert.equal(!outcome.ok && outcome.error.code, 'malformed');
});

test('knows the end of the records, which the peer writes as offset 0', async (context) => {
  const client = await clientOf(context, answer(200, { events: [], total_in_file: 3, next_offset: 0 }));
  const outcome = await client.auditEvents({});
  assert.deepEqual(outcome, { ok: true, value: { events: [], totalInFile: 3, nextOffset: null } });
});

test('reads which days have a log', async (context) => {
  const client = await clientOf(
    context,
    answer(200, { dates: ['2026-01-02', 7, '2026-01-01'], configured: true }),
  );
  assert.deepEqual(await client.auditDates(), { ok: true, value: ['2026-01-02', '2026-01-01'] });
});

test('gives up on an endpoint that does not answer in time', async (context) => {
  const { address } = await startSocketServer(context, () => undefined);
  const exchange = { method: 'GET', path: '/healthz', body: null, token: null, timeoutMs: 30 } as const;
  const outcome = await exchangeJson(address, exchange);
  assert.equal(!outcome.ok && outcome.error.code, 'timeout');
});

test('puts the prefix of a TCP address before the route', async (context) => {
  const server = createServer((request, response) => answer(404, { error: request.url })(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const client = new EndpointClient({ kind: 'tcp', host: '127.0.0.1', port, prefix: '/guard' });
  assert.deepEqual(await client.health(), {
    ok: false,
    error: { code: 'rejected', message: '/guard/healthz' },
  });
});
