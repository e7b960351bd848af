import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { UnknownRecord } from '../../src/base/record.ts';
import { parseObject, Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

const library = resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so');

const hex = (...words: string[]): Buffer[] => words.map((word) => Buffer.from(word, 'hex'));

/** What is UTF-8, and reads as itself. */
const texts = ['true', 'ÿ', 'a\u2028b\u2029', '\ufeff', '😀', '"\\\x01\x1f\x7f\x9b', 'line\nline\r\ttab'];
/** What is not: every byte alone above 0x7f, all of them in a row, overlong forms, surrogates, what is beyond Unicode, cut. */
const others = [
  ...Array.from({ length: 128 }, (_, index) => Buffer.from([128 + index])),
  Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1)),
  ...hex('c080', 'e08080', 'eda080', 'edbfbf', 'eda0bdedb880', 'f4908080', 'e282', 'f09f98', 'fffe'),
];
const words = [...texts.map((text) => Buffer.from(text)), ...others];
const readable = [...texts, ...others.map((bytes) => bytes.toString('latin1'))];

/** Has xargs start `true` with all of these words, guarded; one of them is enough for it to be asked about as bytes. */
async function start(rampart: Rampart, given: readonly Buffer[]): Promise<void> {
  const file = join(rampart.folder, 'words');
  writeFileSync(file, Buffer.concat(given.map((word) => Buffer.concat([word, Buffer.from([0])]))));
  const environment = {
    LD_PRELOAD: library,
    RAMPART_URL: `unix://${rampart.stateDirectory}/endpoint.sock`,
  };
  const command = ['xargs', '-0', '-a', file, '/bin/true'] as const;
  const { status, stderr } = await rampart.startProgram(command, { environment, input: '' }).finished;
  assert.equal(status, 0, stderr);
}

/** The record of `true` as it stands in the log, of which every line is JSON; the last one may still be written. */
function findRecord(rampart: Rampart): UnknownRecord | undefined {
  const audit = join(rampart.stateDirectory, 'audit');
  const lines = (existsSync(audit) ? readdirSync(audit) : []).flatMap((name) =>
    readFileSync(join(audit, name), 'utf8').split('\n').slice(0, -1),
  );
  return lines.map(parseObject).find(({ exe }) => exe === '/bin/true');
}

function checkRecord({ argv, argv_b64: encoded, truncated }: UnknownRecord, given: readonly Buffer[]): void {
  assert.equal(truncated, false);
  assert.deepEqual(argv, ['/bin/true', ...given.map((word) => readable[words.indexOf(word)])]);
  assert.ok(Array.isArray(encoded));
  assert.deepEqual(
    encoded.map((word) => Buffer.from(String(word), 'base64').toString('hex')),
    [Buffer.from('/bin/true'), ...given].map((word) => word.toString('hex')),
  );
}

test('the log tells every byte of an argument, and which of them are no text', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  await start(rampart, words);
  const record = await until('it is recorded', () => findRecord(rampart));
  checkRecord(record, words);
});

test('so it does of what ran while nobody was there', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  await rampart.endEndpoint();
  await start(rampart, words);
  await rampart.serve();
  const record = await until('it is recorded', () => findRecord(rampart));
  checkRecord(record, words);
});

test('arguments that are text, or of which a secret was taken out, stand there once', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  await start(
    rampart,
    texts.map((text) => Buffer.from(text)),
  );
  const plain = await until('it is recorded', () => findRecord(rampart));
  assert.deepEqual([plain['argv'], plain['argv_b64']], [['/bin/true', ...texts], undefined]);
  const other = new Rampart(context);
  await other.serve();
  await start(other, [Buffer.from('--password'), Buffer.from('secret\xff', 'latin1')]);
  const redacted = await until('it is recorded', () => findRecord(other));
  assert.equal(JSON.stringify(redacted).includes('secret'), false);
  assert.equal(redacted['argv_b64'], undefined);
});
