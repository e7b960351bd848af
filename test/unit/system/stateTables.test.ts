import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentPrograms } from '../../../src/protocol/agentPrograms.ts';
import {
  bucketOf,
  hashVerdict,
  putAgentPrograms,
  putDormantSessions,
  readDormantSessions,
  stateFileBytes,
  verdictTable,
} from '../../../src/system/stateTables.ts';
import { only, readWireExamples } from '../../support/wireExamples.ts';

/** The examples hold bytes; what is hashed here is text. */
const textOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

for (const example of readWireExamples('verdicts.txt')) {
  const argv = (example.get('arg') ?? []).map(textOf);
  const door = only(example, 'door');
  test(`hashes the shared example ${door} ${argv.join(' ')}`, () => {
    const [exe, cwd] = [textOf(only(example, 'exe')), textOf(only(example, 'cwd'))];
    const condition = example.has('condition') ? 'unlinked' : 'none';
    const key = Buffer.from(only(example, 'key'), 'latin1');
    const hash = hashVerdict(key, { door, exe, cwd, argv }, condition);
    assert.notEqual(hash, null);
    assert.deepEqual(
      [hash?.toString(16).padStart(16, '0'), String(bucketOf(hash ?? 0n, verdictTable))],
      [only(example, 'hash'), only(example, 'bucket')],
    );
  });
}

test('has no verdict for a question of more than 4,096 bytes', () => {
  const fixed = 'execve\0/bin/echo\0/\0echo\0\0'.length;
  const question = (length: number): Parameters<typeof hashVerdict>[1] => ({
    door: 'execve',
    exe: '/bin/echo',
    cwd: '/',
    argv: ['echo', 'x'.repeat(length)],
  });
  assert.notEqual(hashVerdict(Buffer.alloc(16), question(4_096 - fixed), 'none'), null);
  assert.equal(hashVerdict(Buffer.alloc(16), question(4_097 - fixed), 'none'), null);
  const umlauts = { ...question(0), argv: ['echo', 'ü'.repeat(2_048)] };
  assert.equal(hashVerdict(Buffer.alloc(16), umlauts, 'none'), null, 'bytes count, not characters');
});

test('puts dormant sessions where the protocol says', () => {
  const file = Buffer.alloc(stateFileBytes, 0xff);
  putDormantSessions(file, [
    { namespace: 0x1_0203_0405n, sid: 4_711, started: 246_894 },
    { namespace: 7n, sid: 12, started: 5_000_000_000 },
  ]);
  assert.equal(
    file.toString('hex', 131_136, 131_136 + 48),
    '050403020100000067120000000000006ec4030000000000' + '07000000000000000c0000000000000000f2052a01000000',
  );
  assert.ok(
    file.subarray(131_184, 134_208).every((byte) => byte === 0),
    'the other entries are empty',
  );
  assert.ok(file.subarray(134_208).every((byte) => byte === 0xff));
});

test('reads dormant sessions as they were put there', () => {
  const file = Buffer.alloc(stateFileBytes, 0xff);
  const sessionsOf = (count: number): Parameters<typeof putDormantSessions>[1] =>
    Array.from({ length: count }, (_, index) => ({ namespace: 1n, sid: index + 2, started: index }));
  for (const count of [0, 1, 128]) {
    putDormantSessions(file, sessionsOf(count));
    assert.deepEqual(readDormantSessions(file), sessionsOf(count));
  }
  assert.deepEqual(readDormantSessions(file.subarray(0, 131_136 + 30)), sessionsOf(1));
  assert.deepEqual(readDormantSessions(file.subarray(0, 64)), []);
});

test('takes no more dormant sessions than the table has entries', () => {
  const file = Buffer.alloc(stateFileBytes);
  putDormantSessions(
    file,
    Array.from({ length: 200 }, (_, index) => ({ namespace: 1n, sid: index + 1, started: 1 })),
  );
  assert.equal(file.readUInt32LE(131_136 + 127 * 24 + 8), 128);
  assert.ok(file.subarray(134_208).every((byte) => byte === 0));
});

test('puts agent programs where the protocol says, and leaves out what is too long', () => {
  const file = Buffer.alloc(stateFileBytes);
  putAgentPrograms(file, [
    { program: 'x'.repeat(24), agent: 'long' },
    { program: 'y'.repeat(23), agent: 'a' },
    { program: 'codex', agent: 'z'.repeat(24) },
    { program: 'claude', agent: 'claude-code' },
  ]);
  const entry = (index: number): string =>
    file.toString('latin1', 134_208 + index * 48, 134_256 + index * 48);
  assert.equal(entry(0), `${'y'.repeat(23)}\0a${'\0'.repeat(23)}`);
  assert.equal(entry(1), `claude${'\0'.repeat(18)}claude-code${'\0'.repeat(13)}`);
  assert.equal(entry(2), '\0'.repeat(48));
});

test('knows every agent program once, and all fit into the table', () => {
  assert.equal(new Set(agentPrograms.map(({ program }) => program)).size, agentPrograms.length);
  assert.ok(agentPrograms.length <= 64);
  assert.ok(agentPrograms.every(({ program, agent }) => program.length < 24 && agent.length < 24));
});
