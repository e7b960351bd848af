import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findUpstream } from '../../../src/endpoint/upstream/target.ts';
import type { UpstreamSurroundings, UpstreamWish } from '../../../src/endpoint/upstream/target.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

type Files = Readonly<Partial<Record<'config.yaml' | 'serve.state' | 'token', string>>>;

/** Where the upstream is found, as `URL TOKEN`, or why it is not. */
function find(
  folder: string,
  wanted: Partial<UpstreamWish>,
  { files = {}, environment = {} }: { files?: Files; environment?: UpstreamSurroundings['environment'] },
): string {
  const own = join(folder, 'h', '.rampart');
  mkdirSync(own, { recursive: true });
  for (const name of ['config.yaml', 'serve.state', 'token'] as const)
    writeFileSync(join(own, name), files[name] ?? '');
  const wish = { url: 'auto', tokenFile: null, authorities: null, failsClosed: false, ...wanted };
  const found = findUpstream(wish, { home: join(folder, 'h'), environment });
  return found.ok ? `${found.value.url} ${String(found.value.token)}` : `no: ${found.error}`;
}

test('finds the address in the order of the peer’s own clients', (context) => {
  const folder = temporaryFolder(context);
  const files: Files = { 'config.yaml': 'url: "http://localhost:1"\nserve_url: http://localhost:2 # two\n' };
  const state = { 'serve.state': '{"url":"http://localhost:3"}' };
  const both = { ...files, ...state };
  const cases: readonly (readonly [string, Partial<UpstreamWish>, Parameters<typeof find>[2]])[] = [
    ['http://localhost:9 null', { url: 'http://localhost:9/' }, { files: both }],
    ['http://localhost:4 null', {}, { files: both, environment: { RAMPART_URL: 'http://localhost:4' } }],
    ['http://localhost:1 null', {}, { files: both }],
    [
      'http://localhost:1 null',
      {},
      { files: both, environment: { RAMPART_SERVE_URL: 'http://localhost:5' } },
    ],
    [
      'http://localhost:5 null',
      {},
      { files: state, environment: { RAMPART_SERVE_URL: 'http://localhost:5' } },
    ],
    [
      'http://localhost:2 null',
      {},
      { files: { ...state, 'config.yaml': "serve_url: 'http://localhost:2'\n" } },
    ],
    ['http://localhost:3 null', {}, { files: state }],
    [
      'http://localhost:3 null',
      {},
      { files: state, environment: { RAMPART_URL: 'unix:///d/endpoint.sock' } },
    ],
    ['http://localhost:9090 null', {}, { files: { 'serve.state': 'not json' } }],
    ['http://localhost:9090 null', {}, {}],
  ];
  for (const [expected, wish, given] of cases) assert.equal(find(folder, wish, given), expected);
});

test('finds the token in their order, and sends none where it does not belong', (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, 'told');
  writeFileSync(file, 'from-file\n');
  const files = { token: 'peers\n' };
  const environment = { RAMPART_TOKEN: 'general', RAMPART_UPSTREAM_TOKEN: 'meant' };
  const url = 'http://127.0.0.1:1';
  const far = 'https://policy.example/api';
  const cases: readonly (readonly [string, Partial<UpstreamWish>, Parameters<typeof find>[2]])[] = [
    [`${url} from-file`, { url, tokenFile: file }, { files, environment }],
    [`${url} meant`, { url }, { files, environment }],
    [`${url} general`, { url }, { files, environment: { RAMPART_TOKEN: 'general' } }],
    [`${url} peers`, { url }, { files }],
    [`${url} null`, { url }, {}],
    [`${far} meant`, { url: far }, { files, environment }],
    [`${far} null`, { url: far }, { files, environment: { RAMPART_TOKEN: 'general' } }],
    [
      'no: a token goes over plain HTTP to this machine alone; take https://',
      { url: 'http://policy.example' },
      { environment },
    ],
    [
      'https://found.example null',
      {},
      { files, environment: { ...environment, RAMPART_URL: 'https://found.example' } },
    ],
    [
      'no: the token of the upstream has more than one line',
      { url },
      { environment: { RAMPART_TOKEN: 'a\nb' } },
    ],
  ];
  for (const [expected, wish, given] of cases) assert.equal(find(folder, wish, given), expected);
});

test('says what is wrong with an address, with the peer’s settings and with a file', (context) => {
  const folder = temporaryFolder(context);
  for (const url of ['localhost:1', 'ftp://x', 'http://a:b@x', 'http://x/?q', 'http://x/#f', 'what'])
    assert.match(find(folder, { url }, {}), /^no: the upstream /, url);
  assert.match(
    find(folder, {}, { files: { 'config.yaml': 'port: 7\n' } }),
    /config\.yaml cannot be read: port: 7$/,
  );
  assert.match(find(folder, { tokenFile: join(folder, 'none') }, {}), /^no: .*none cannot be read/);
  const link = join(folder, 'link');
  symlinkSync('/etc/hostname', link);
  assert.match(find(folder, { tokenFile: link }, {}), /^no: .*link is no file that can be read$/);
});
