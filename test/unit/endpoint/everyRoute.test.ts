import assert from 'node:assert/strict';
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { routeTable } from '../../../src/endpoint/router.ts';
import { exchange, startFixture } from './runningEndpoint.ts';

/** Each route as `METHOD PATH` with its authority, one part of a path as `*`. */
const served = new Map(
  routeTable.map(({ method, path, suffix = '', authority }) => [
    `${method} ${path.endsWith('/') ? `${path}*` : path}${suffix}`,
    authority,
  ]),
);

/** The same as docs/openapi.yaml has it. */
function readDescription(): ReadonlyMap<string, unknown> {
  const { paths } = parse(readFileSync('docs/openapi.yaml', 'utf8')) as {
    paths: Record<string, UnknownRecord>;
  };
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]): [string, unknown][] =>
        method !== 'parameters' && isRecord(operation)
          ? [[`${method.toUpperCase()} ${path.replaceAll(/\{[^}]*\}/g, '*')}`, operation['x-authority']]]
          : [],
      ),
    ),
  );
}

test('describes every route that there is, with its authority, and no other', () => {
  assert.deepEqual([...readDescription()].sort(), [...served].sort());
});

test('leaves to a guarded process to ask, and nothing else', () => {
  const open = [...served].filter(([, authority]) => authority === 'none' || authority === 'eval');
  assert.deepEqual(
    open.map(([route]) => route),
    ['POST /v1/preflight/*', 'POST /v1/tool/*', 'GET /healthz'],
  );
});

test('lets no web page in, whatever it asks for and whatever it carries', async (context) => {
  const token = 'a-secret-of-a-person';
  const fixture = await startFixture(context, { settings: { port: 0, token } });
  const port = Number(new URL(fixture.endpoint.ready.url ?? '').port);
  const pages = [
    { host: 'evil.test' },
    { origin: 'http://127.0.0.1' },
    { origin: 'null' },
    { 'sec-fetch-site': 'same-site' },
  ];
  const asked = [...served.keys(), 'OPTIONS /v1/mode', 'GET /no/such/path'].map((route) => route.split(' '));
  for (const [method = '', path = ''] of asked) {
    for (const page of pages) {
      const headers = { authorization: `Bearer ${token}`, ...page };
      const target = { host: '127.0.0.1', port, method, path: path.replace('*', '1'), headers };
      const answer = await exchange(target, method === 'GET' || method === 'HEAD' ? null : '{}');
      assert.equal(answer.status, 403, `${method} ${path} ${JSON.stringify(page)}`);
      if (method !== 'HEAD') assert.equal(typeof answer.body['error'], 'string');
    }
  }
});

/** Everything that could be a secret in the files below a folder. */
function readWords(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => lstatSync(file).isFile())
    .flatMap((file) => readFileSync(file, 'latin1').match(/[\w.+/=-]{8,}/g) ?? []);
}

const steering = [...served]
  .filter(([, authority]) => authority !== 'none' && authority !== 'eval')
  .map(([route]) => route.split(' '));

test('gives a guarded process admin on no route of the socket', async (context) => {
  const fixture = await startFixture(context, {
    processes: [{ pid: 300, ppid: 200, session: 200, environment: ['LD_PRELOAD=/x/librampart.so'] }],
  });
  fixture.caller.pid = 300;
  assert.ok(steering.length > 15);
  for (const [method = '', path = ''] of steering) {
    const answer = await fixture.call(method, path.replace('*', '1'), { mode: 'disabled', approved: true });
    assert.equal(answer.status, 403, `${method} ${path}`);
  }
});

for (const token of [null, 'a-secret-of-a-person']) {
  test(`gives nobody admin over TCP for what an agent can read, ${token === null ? 'without a token' : 'with one'}`, async (context) => {
    const fixture = await startFixture(context, { settings: { port: 0, token } });
    await fixture.ask('ls', { session: 'what-the-environment-says' });
    await fixture.call('PUT', '/v1/mode', { mode: 'monitor' });
    const port = Number(new URL(fixture.endpoint.ready.url ?? '').port);
    const words = [...new Set(['', 'preload', String(process.pid), ...readWords(fixture.folder)])];
    assert.ok(words.length > 20 && !words.includes(String(token)));
    const steer = async (route: readonly string[], word: string): Promise<void> => {
      const [method = '', path = ''] = route;
      const headers = { authorization: `Bearer ${word}` };
      const body = method === 'HEAD' || method === 'GET' ? null : '{"mode":"disabled"}';
      const target = { host: '127.0.0.1', port, method, path: path.replace('*', '1'), headers };
      assert.equal((await exchange(target, body)).status, 401, `${method} ${path} with ${word}`);
    };
    for (const route of steering) await steer(route, words[0] ?? '');
    for (const word of words) await steer(['PUT', '/v1/mode'], word);
    assert.equal((await fixture.call('GET', '/healthz')).body['mode'], 'monitor');
  });
}
