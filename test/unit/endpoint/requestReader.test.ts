import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RequestReader } from '../../../src/endpoint/requestReader.ts';
import '../../support/propertySeed.ts';

const maxBodyBytes = 1_000;

/** What a connection's bytes are read as, however they are cut: requests, and why it ended, if it did. */
function read(bytes: Buffer, cuts: readonly number[] = []): readonly string[] {
  const reader = new RequestReader(maxBodyBytes);
  const read: string[] = [];
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b);
  for (const [index, place] of places.slice(1).entries()) {
    reader.push(bytes.subarray(places[index], place));
    for (let step = reader.next(); step.kind !== 'more'; step = reader.next()) {
      if (step.kind === 'continue') continue;
      if (step.kind === 'refused') return [...read, `refused: ${step.message}`];
      read.push(`${step.head.method} ${step.head.target} ${step.body.toString('latin1')}`);
    }
  }
  return read;
}

const readText = (text: string): readonly string[] => read(Buffer.from(text, 'latin1'));

test('reads one request after the other, each with its body', () => {
  const text = [
    'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc',
    'GET /b?c HTTP/1.1\r\nhost:x\r\n\r\n',
    'POST /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: z\r\n\r\n',
    'GET /e HTTP/1.0\r\n\r\n',
  ].join('');
  assert.deepEqual(readText(text), ['POST /a abc', 'GET /b?c ', 'POST /d hello', 'GET /e ']);
});

test('refuses whatever two readers could take for two different requests', () => {
  const heads = [
    'GET  / HTTP/1.1\r\nHost: x',
    'GET / HTTP/1.1 \r\nHost: x',
    'get / HTTP/1.1\r\nHost: x',
    'GET http://x/ HTTP/1.1\r\nHost: x',
    'GET / HTTP/2.0\r\nHost: x',
    'GET / HTTP/1.1',
    'GET / HTTP/1.1\r\nHost: x\r\nHost: y',
    'GET / HTTP/1.1\nHost: x',
    'GET / HTTP/1.1\r\nHost: x\r\n folded: y',
    'GET / HTTP/1.1\r\nHost : x',
    'GET / HTTP/1.1\r\nHost: x\r\nA: b\nC: d',
    'GET / HTTP/1.1\r\nHost: x\r\nA: b\0',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
    'POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked',
    `GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(130)}C: d`,
  ];
  for (const head of heads) {
    const [first, ...more] = readText(`${head}\r\n\r\n`);
    assert.match(first ?? 'nothing', /^refused: /, head);
    assert.deepEqual(more, []);
  }
});

test('refuses chunks that are none, and a body that is too long in any framing', () => {
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  const bodies = [
    'x\r\n',
    '-1\r\n',
    '3 \r\nabc\r\n',
    '2\r\nabc\r\n',
    '1\r\na\n0\r\n\r\n',
    `${'0'.repeat(9)}1\r\n`,
  ];
  for (const body of bodies)
    assert.match(readText(head + body)[0] ?? 'nothing', /^refused: the chunks/, body);
  const tooLong = /^refused: the body is longer than 1000 bytes$/;
  assert.match(readText(`${head}3e9\r\n`)[0] ?? '', tooLong);
  assert.match(readText(`${head}${`1\r\na\r\n`.repeat(1_001)}`)[0] ?? '', tooLong);
  assert.match(readText('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n')[0] ?? '', tooLong);
});

test('reads the same however the bytes are cut', () => {
  const body = fc.string({ maxLength: 40 });
  const plain = body.map(
    (text) => `POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
  const chunked = body.map(
    (text) =>
      `POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`}0\r\n\r\n`,
  );
  const noise = fc.string({ maxLength: 60 });
  const pieces = fc.array(fc.oneof(plain, chunked, noise), { maxLength: 4 });
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(), { maxLength: 12 }), (texts, cuts) => {
      const bytes = Buffer.from(texts.join(''), 'latin1');
      assert.deepEqual(read(bytes, cuts), read(bytes));
    }),
    { numRuns: 2_000 },
  );
});

test('takes any bytes without a fault', () => {
  const begin = fc.constantFrom(
    '',
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
    'GET /',
  );
  fc.assert(
    fc.property(begin, fc.uint8Array({ maxLength: 300 }), (text, bytes) => {
      read(Buffer.concat([Buffer.from(text), bytes]));
    }),
    { numRuns: 2_000 },
  );
});
