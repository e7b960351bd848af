import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { readSeal, sealRecord } from '../../../src/system/auditChain.ts';

test('hashes a record as a peer can check it: the hash before, then the line with a blank hash', () => {
  const first = sealRecord('{"id":"a"}', '');
  const second = sealRecord('{"id":"b","text":"\\"hash\\":\\"\\"}"}', first.hash);
  const blank = second.line.replace(second.hash, '');
  assert.equal(second.hash, `sha256:${createHash('sha256').update(`${first.hash}${blank}`).digest('hex')}`);
  assert.deepEqual(JSON.parse(second.line), {
    id: 'b',
    text: '"hash":""}',
    prev_hash: first.hash,
    hash: second.hash,
  });
  assert.deepEqual(readSeal(first.line), { previous: '', hash: first.hash, isTrue: true });
  assert.deepEqual(readSeal(second.line), { previous: first.hash, hash: second.hash, isTrue: true });
});

test('sees a change of any part, and no seal where none is', () => {
  const { line, hash } = sealRecord('{"id":"a"}', '');
  assert.equal(readSeal(line.replace('"a"', '"b"'))?.isTrue, false);
  assert.equal(readSeal(line.replace('"prev_hash":""', `"prev_hash":"${hash}"`))?.isTrue, false);
  for (const text of ['', '{"id":"a"}', `${line} `, line.slice(0, -1), line.slice(1, 20)]) {
    assert.equal(readSeal(text), null, text);
  }
});
