import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSocketUrl, isSameAddress, parseEndpointUrl } from '../../../src/client/endpointAddress.ts';
import { only, readWireExamples } from '../../support/wireExamples.ts';

/** What an address is in the words of the shared examples; there, port 80 is not written when the URL has none. */
function describe(url: string): object {
  const parsed = parseEndpointUrl(url);
  if (!parsed.ok) return { kind: 'unusable' };
  if (parsed.value.kind === 'socket') return { kind: 'unix', address: parsed.value.path, prefix: '' };
  const { host, port, prefix } = parsed.value;
  const name = host.includes(':') ? `[${host}]` : host;
  const isWritten = url.toLowerCase().startsWith(`http://${name}:`.toLowerCase());
  return { kind: 'http', address: isWritten ? `${name}:${port}` : name, prefix };
}

test('reads the URLs that the library reads, and no others', () => {
  const examples = readWireExamples('urls.txt');
  assert.ok(examples.length > 20);
  for (const example of examples) {
    const { url, ...expected } = Object.fromEntries([...example].map(([name, [value]]) => [name, value]));
    assert.deepEqual(describe(Buffer.from(url ?? '', 'latin1').toString()), expected, only(example, 'url'));
  }
});

test('reads back the URL of a socket', () => {
  assert.deepEqual(parseEndpointUrl(formatSocketUrl('/d/s')), {
    ok: true,
    value: { kind: 'socket', path: '/d/s' },
  });
});

test('knows an address again that is written otherwise, and no other', () => {
  const ours = 'http://127.0.0.1:19090';
  for (const same of [ours, 'http://127.0.0.1:19090/', 'HTTP://LocalHost:19090']) {
    assert.ok(isSameAddress(same, ours), same);
  }
  for (const other of [
    'http://127.0.0.1',
    'http://127.0.0.1:19090/a',
    'http://127.0.0.2:19090',
    'unix:///d/s',
    'x',
  ]) {
    assert.ok(!isSameAddress(other, ours), other);
  }
  assert.ok(isSameAddress('unix:///d/s', formatSocketUrl('/d/s')));
  assert.ok(!isSameAddress('x', 'x'));
});
