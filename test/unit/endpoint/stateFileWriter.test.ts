import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { StateFileWriter } from '../../../src/endpoint/stateFileWriter.ts';
import { siphash24 } from '../../../src/system/siphash.ts';
import { parseStateHeader } from '../../../src/system/stateFile.ts';
import { bucketOf, stateFileBytes, verdictTable } from '../../../src/system/stateTables.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const bootId = Buffer.alloc(16, 7);

function complain(message: string): void {
  throw new Error(message);
}

/** A writer whose keys are 16 times 1, 16 times 2 and so on. */
function createWriter(context: TestContext): {
  readonly writer: StateFileWriter;
  readonly file: string;
  readonly restored: string[];
  readonly slots: (bucket: number) => readonly bigint[];
  /** Sets the clock, so to speak. */
  readonly setBootMoment: (moment: number) => void;
} {
  const file = join(temporaryFolder(context), 'state');
  const restored: string[] = [];
  let keys = 0;
  let bootMoment = 1_000;
  const writer = new StateFileWriter({
    file,
    bootId,
    readBootMoment: () => bootMoment,
    createKey: () => Buffer.alloc(16, (keys += 1)),
    agentPrograms: [{ program: 'claude', agent: 'claude-code' }],
    logger: { info: complain, warn: complain, error: complain },
    isOurs: () => true,
    onRestored: (reason) => void restored.push(reason),
  });
  context.after(() => writer.dispose());
  const slots = (bucket: number): readonly bigint[] => {
    const bytes = readFileSync(file);
    return Array.from({ length: 8 }, (_, slot) => bytes.readBigUInt64LE(64 + bucket * 64 + slot * 8));
  };
  const setBootMoment = (moment: number): void => void (bootMoment = moment);
  return { writer, file, restored, slots, setBootMoment };
}

function keyIn(file: string): number | undefined {
  const header = parseStateHeader(readFileSync(file), bootId);
  assert.ok(header.ok);
  assert.equal(header.value.length, stateFileBytes);
  return header.value.tableKey[0];
}

test('writes a header that claims all four tables, and the agent programs', (context) => {
  const { writer, file } = createWriter(context);
  writer.write('enforce', 1);
  assert.equal(readFileSync(file).length, stateFileBytes);
  assert.equal(keyIn(file), 1);
  assert.equal(readFileSync(file).toString('latin1', 134_208, 134_214), 'claude');
});

test('puts a verdict into its bucket, once', (context) => {
  const { writer, slots } = createWriter(context);
  writer.write('enforce', 1);
  const hash = writer.hash({ door: 'execve', exe: '/bin/ls', cwd: '/', argv: ['ls'] }, 'none');
  assert.ok(hash !== null);
  assert.equal(writer.allow(hash), null);
  assert.equal(writer.allow(hash), null);
  assert.deepEqual(slots(bucketOf(hash, verdictTable)), [hash, 0n, 0n, 0n, 0n, 0n, 0n, 0n]);
  writer.forget(hash);
  assert.deepEqual(slots(bucketOf(hash, verdictTable)), Array(8).fill(0n));
});

test('puts a program where the protocol says, until another policy is in force', (context) => {
  const { writer, file } = createWriter(context);
  writer.write('enforce', 1);
  const identity = Buffer.alloc(32, 9);
  writer.know(identity);
  const hash = siphash24(Buffer.alloc(16, 1), identity);
  const slot = 137_280 + Number(hash % 64n) * 64;
  assert.equal(readFileSync(file).readBigUInt64LE(slot), hash);
  writer.write('enforce', 2);
  assert.ok(
    readFileSync(file)
      .subarray(137_280)
      .every((byte) => byte === 0),
  );
});

test('gives the place of the oldest verdict of a full bucket to a new one', (context) => {
  const { writer, slots } = createWriter(context);
  writer.write('enforce', 1);
  const hashes = Array.from({ length: 10 }, (_, index) => BigInt(index + 1) * 2_048n + 5n);
  const evicted = hashes.map((hash) => writer.allow(hash));
  assert.deepEqual(evicted, [...Array<null>(8).fill(null), hashes[0], hashes[1]]);
  assert.deepEqual(slots(5), [hashes[8], hashes[9], ...hashes.slice(2, 8)]);
});

test('takes a new key and empties the table with every policy, and only then', (context) => {
  const { writer, file, slots } = createWriter(context);
  writer.write('enforce', 1);
  writer.allow(2_048n);
  writer.write('monitor', 1);
  assert.deepEqual([keyIn(file), slots(0)[0]], [1, 2_048n], 'the mode changes no verdict');
  writer.write('monitor', 2);
  assert.deepEqual([keyIn(file), slots(0)[0]], [2, 0n]);
});

test('restores every part of the file that somebody else wrote', (context) => {
  const { writer, file, restored } = createWriter(context);
  writer.write('enforce', 1);
  writer.setDormant([{ namespace: 1n, sid: 5, started: 6 }]);
  const whole = readFileSync(file);
  for (const offset of [32, 64, 131_135, 131_144, 134_300, stateFileBytes - 1]) {
    const spoilt = Buffer.from(whole);
    spoilt[offset]! ^= 1;
    writeFileSync(file, spoilt);
    writer.verify();
    assert.deepEqual(readFileSync(file), whole, `byte ${offset}`);
  }
  truncateSync(file, 100);
  writer.verify();
  assert.deepEqual(readFileSync(file), whole);
  assert.deepEqual(restored, Array(7).fill('it was changed'));
  writer.verify();
  assert.equal(restored.length, 7);
});

test('follows the clock that was set, whatever else stands in the file', (context) => {
  const { writer, file, restored, slots, setBootMoment } = createWriter(context);
  writer.write('monitor', 3);
  writer.allow(2_048n);
  const momentIn = (): number | undefined => {
    const header = parseStateHeader(readFileSync(file), bootId);
    return header.ok ? header.value.bootMoment : undefined;
  };
  assert.equal(momentIn(), 1_000);
  setBootMoment(1_001);
  writer.verify();
  assert.equal(momentIn(), 1_000, 'the end of a unit');
  setBootMoment(5_000);
  writer.verify();
  assert.equal(momentIn(), 5_000);
  assert.deepEqual([keyIn(file), slots(0)[0], readFileSync(file)[32]], [1, 2_048n, 2]);
  setBootMoment(0);
  writer.verify();
  assert.equal(momentIn(), 0, 'no longer plausible');
  assert.deepEqual(restored, []);
});
