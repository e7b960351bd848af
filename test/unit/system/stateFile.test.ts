import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatStateHeader, parseStateHeader } from '../../../src/system/stateFile.ts';
import type { StateHeader } from '../../../src/system/stateFile.ts';
import { wireFolder } from '../../support/wireExamples.ts';

const header: StateHeader = {
  length: 64,
  bootId: Uint8Array.from({ length: 16 }, (_, index) => 0xa0 + index),
  mode: 'monitor',
  bootMoment: 0xc1b2a3,
  generation: 7,
  tableKey: Uint8Array.from({ length: 16 }, (_, index) => 0x10 + index),
};

test('stands at the offsets that the protocol names', () => {
  assert.equal(
    formatStateHeader(header).toString('hex', 0, 56),
    Buffer.from('RMPSTATE').toString('hex') +
      '40000000' +
      '01000000' +
      'a0a1a2a3a4a5a6a7a8a9aaabacadaeaf' +
      '02' +
      'a3b2c1' +
      '07000000' +
      '101112131415161718191a1b1c1d1e1f',
  );
});

test('is read back as it was written, in every mode', () => {
  for (const mode of ['enforce', 'monitor', 'disabled'] as const) {
    const read = parseStateHeader(formatStateHeader({ ...header, mode }), header.bootId);
    assert.deepEqual(read, { ok: true, value: { ...header, mode } });
  }
});

test('says nothing when any bit of it is wrong', () => {
  const bytes = formatStateHeader(header);
  for (let index = 0; index < bytes.length * 8; index += 1) {
    const flipped = Buffer.from(bytes);
    flipped[index >> 3]! ^= 1 << (index & 7);
    assert.equal(parseStateHeader(flipped, header.bootId).ok, false, `bit ${index}`);
  }
});

test('says nothing when it is short or of another boot', () => {
  const bytes = formatStateHeader(header);
  assert.deepEqual(parseStateHeader(bytes.subarray(0, 63), header.bootId), {
    ok: false,
    error: 'the state file is short: 63 bytes',
  });
  assert.deepEqual(parseStateHeader(bytes, new Uint8Array(16)), {
    ok: false,
    error: 'the state file is of another boot',
  });
});

const examples = readFileSync(join(wireFolder, 'stateFiles', 'expected.txt'), 'latin1')
  .trim()
  .split('\n');
const wholeExample = examples.find((line) => line.startsWith('enforce '))?.split(' ') ?? [];

for (const [name = '', mode, generation, bootId, tableKey] of examples.map((line) => line.split(' '))) {
  test(`reads the shared example ${name}`, () => {
    const bytes = readFileSync(join(wireFolder, 'stateFiles', `${name}.bin`));
    const read = parseStateHeader(bytes, Buffer.from(bootId ?? wholeExample[3] ?? '', 'hex'));
    assert.equal(read.ok, mode !== 'nothing');
    if (!read.ok) return;
    const { value } = read;
    assert.deepEqual(
      [value.mode, String(value.generation), Buffer.from(value.tableKey).toString('hex')],
      [mode, generation, tableKey],
    );
    assert.deepEqual(formatStateHeader(value), bytes.subarray(0, 64));
  });
}
