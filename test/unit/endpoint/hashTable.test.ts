import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashTable } from '../../../src/endpoint/hashTable.ts';

const place = { offset: 16, buckets: 2 };
const bytes = 16 + 2 * 64;

test('puts a hash into the first empty slot of its bucket, once', () => {
  const image = Buffer.alloc(bytes);
  const table = new HashTable(image, place);
  assert.deepEqual(table.add(3n), { offset: 80, before: 0n });
  assert.deepEqual(table.add(5n), { offset: 88, before: 0n });
  assert.equal(table.add(3n), null);
  assert.equal(image.readBigUInt64LE(80), 3n);
});

test('puts a hash in place of the oldest where a bucket is full', () => {
  const table = new HashTable(Buffer.alloc(bytes), place);
  for (let hash = 2n; hash <= 16n; hash += 2n) table.add(hash);
  assert.deepEqual(table.add(18n), { offset: 16, before: 2n });
  assert.deepEqual(table.add(20n), { offset: 24, before: 4n });
});

test('takes a hash out', () => {
  const image = Buffer.alloc(bytes);
  const table = new HashTable(image, place);
  table.add(7n);
  assert.equal(table.remove(9n), null);
  assert.deepEqual(table.remove(7n), { offset: 80, before: 7n });
  assert.ok(image.every((byte) => byte === 0));
});

test('holds no hash of 0, which is an empty slot', () => {
  const table = new HashTable(Buffer.alloc(bytes), place);
  assert.equal(table.add(0n), null);
  assert.equal(table.remove(0n), null);
});

test('is emptied without a trace', () => {
  const image = Buffer.alloc(bytes, 1);
  const table = new HashTable(image, place);
  table.clear();
  assert.ok(image.subarray(16).every((byte) => byte === 0));
  assert.ok(image.subarray(0, 16).every((byte) => byte === 1));
});
