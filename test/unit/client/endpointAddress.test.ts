import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSocketUrl, parseEndpointUrl } from '../../../src/client/endpointAddress.ts';

test('reads the URLs that the library takes', () => {
  const tcp = (host: string, port: number, prefix = ''): object => ({ kind: 'tcp', host, port, prefix });
  const cases: readonly (readonly [string, object])[] = [
    ['unix:///run/a b/endpoint.sock', { kind: 'socket', path: '/run/a b/endpoint.sock' }],
    ['http://127.0.0.1:19090', tcp('127.0.0.1', 19090)],
    ['HTTP://localhost', tcp('localhost', 80)],
    ['http://[::1]:8080/', tcp('::1', 8080)],
    ['http://host:1/guard/a//', tcp('host', 1, '/guard/a')],
  ];
  for (const [url, value] of cases) assert.deepEqual(parseEndpointUrl(url), { ok: true, value });
  assert.deepEqual(parseEndpointUrl(formatSocketUrl('/d/s')), {
    ok: true,
    value: { kind: 'socket', path: '/d/s' },
  });
});

test('refuses what is no address of an endpoint', () => {
  const wrong = [
    '',
    'unix://relative',
    'file:///x',
    'https://h',
    'http://',
    'http://u:p@h',
    'http://h/?a',
    'http://h/#a',
  ];
  for (const url of wrong) assert.equal(parseEndpointUrl(url).ok, false, url);
});
