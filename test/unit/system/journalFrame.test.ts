import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatJournalFrame, maxJournalFrameBytes, parseJournal } from '../../../src/system/journalFrame.ts';
import { checksumKey, siphash24 } from '../../../src/system/siphash.ts';
import type { JournalFrame } from '../../../src/system/journalFrame.ts';
import { readableText } from '../../../src/protocol/byteText.ts';
import { only, readWireExamples, wireFolder } from '../../support/wireExamples.ts';
import type { WireExample } from '../../support/wireExamples.ts';
import '../../support/propertySeed.ts';

const hello: JournalFrame = {
  kind: 'hello',
  argvCut: false,
  guardable: true,
  errno: 0,
  id: '000102030405060708090a0b0c0d0e0f',
  time: 1_750_000_000_123_456_789n,
  pid: 4242,
  ppid: 4000,
  sid: 4242,
  markers: [],
  started: 987_654,
  library: 'a1'.repeat(20),
  door: 'load',
  agent: 'preload',
  session: 'preload-4242',
  exe: '/usr/bin/bash',
  cwd: '/home/user',
  argv: ['bash', '', 'RMPJ -c', 'é'],
};

function bytesOf(frame: JournalFrame): Buffer {
  const formatted = formatJournalFrame(frame);
  assert.ok(formatted.ok);
  return formatted.value;
}

test('stands at the offsets that the protocol names', () => {
  const bytes = bytesOf({
    ...hello,
    kind: 'failed',
    errno: 2,
    argvCut: true,
    guardable: false,
    markers: ['OZ_RUN_ID', 'AGENT'],
  });
  assert.equal(bytes.toString('latin1', 0, 4), 'RMPJ');
  assert.equal(bytes.readUInt32LE(4), bytes.length);
  assert.equal(bytes.toString('hex', 8, 32), `0100040302000000${hello.id}`);
  assert.equal(bytes.readBigUInt64LE(32), hello.time);
  assert.deepEqual(
    [40, 44, 48, 52].map((offset) => bytes.readUInt32LE(offset)),
    [4242, 4000, 4242, (1 << 29) | 2],
  );
  assert.equal(bytes.readBigUInt64LE(56), 987_654n);
  assert.equal(bytes.toString('hex', 64, 84), hello.library);
  assert.deepEqual(
    [84, 86, 88, 90, 92, 94].map((offset) => bytes.readUInt16LE(offset)),
    [4, 7, 12, 13, 10, 4],
  );
  assert.equal(bytes.readUInt32LE(96), 17);
  assert.equal(
    bytes.toString('utf8', 100, bytes.length - 8),
    'loadpreloadpreload-4242/usr/bin/bash/home/userbash\0\0RMPJ -c\0é\0',
  );
});

test('is read back as it was written', () => {
  const frames: JournalFrame[] = [
    hello,
    { ...hello, kind: 'unanswered', argv: [], library: null, started: 0 },
    { ...hello, kind: 'failed', errno: 8, argvCut: true, guardable: false },
  ];
  const bytes = Buffer.concat(frames.map(bytesOf));
  assert.deepEqual(parseJournal(bytes), { frames, foreign: 0, consumed: bytes.length, skipped: 0 });
});

test('finds every frame again behind bytes that are none', () => {
  const frame = bytesOf(hello);
  const broken = Buffer.from(frame);
  broken[60]! ^= 1;
  const bytes = Buffer.concat([
    Buffer.from('noise RMPJ'),
    frame,
    broken,
    Buffer.from('RMPJ\xff\xff\xff\xff', 'latin1'),
    frame,
  ]);
  const read = parseJournal(bytes);
  assert.deepEqual(read.frames, [hello, hello]);
  assert.equal(read.consumed, bytes.length);
  assert.equal(read.skipped, bytes.length - 2 * frame.length);
});

test('leaves the beginning of a frame for the next time, wherever it was cut', () => {
  const frame = bytesOf(hello);
  for (let cut = 1; cut < frame.length; cut += 1) {
    const first = parseJournal(Buffer.concat([frame, frame.subarray(0, cut)]));
    assert.deepEqual([first.frames.length, first.consumed], [1, frame.length], `cut at ${cut}`);
  }
});

test('reads a byte that is not UTF-8 as the library writes it', () => {
  const bytes = bytesOf({ ...hello, cwd: '/aXb' });
  bytes[bytes.indexOf('/aXb') + 2] = 0xff;
  const end = bytes.length - 8;
  bytes.writeBigUInt64LE(siphash24(checksumKey, bytes.subarray(0, end)), end);
  assert.equal(parseJournal(bytes).frames[0]?.cwd, '/a\u00ffb');
});

test('refuses to write a frame that is too long', () => {
  const formatted = formatJournalFrame({ ...hello, argv: ['x'.repeat(maxJournalFrameBytes)] });
  assert.equal(formatted.ok, false);
});

test('takes any bytes without an exception and never reads the same ones for ever', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constant(bytesOf(hello)),
    fc.constant(Buffer.from('RMPJ')),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const bytes = Buffer.concat(pieces);
      const read = parseJournal(bytes);
      assert.ok(read.consumed <= bytes.length && bytes.length - read.consumed < maxJournalFrameBytes);
    }),
  );
});

/** The parts of a shared example as a frame has them. */
function frameOf(example: WireExample): JournalFrame {
  const text = (name: string): string => readableText(only(example, name));
  const number = (name: string): number => Number(only(example, name));
  const library = only(example, 'library');
  const args = example.get('arg') ?? [];
  return {
    kind: (['hello', 'table', 'unanswered', 'failed', 'unguarded'] as const)[number('kind') - 1]!,
    argvCut: number('cut') === 1,
    guardable: number('guardable') === 1,
    errno: number('errno'),
    id: only(example, 'id'),
    time: BigInt(only(example, 'time')),
    pid: number('pid'),
    ppid: number('ppid'),
    sid: number('sid'),
    markers: (example.get('marker') ?? []).map(readableText),
    started: number('start'),
    library: /^0*$/.test(library) ? null : library,
    door: text('door'),
    agent: text('agent'),
    session: text('session'),
    exe: text('exe'),
    cwd: text('cwd'),
    argv: args.map(readableText),
    ...(args.every((arg) => Buffer.from(readableText(arg)).toString('latin1') === arg)
      ? {}
      : { argvBase64: args.map((arg) => Buffer.from(arg, 'latin1').toString('base64')) }),
  };
}

for (const file of readdirSync(join(wireFolder, 'journal')).filter((name) => name.endsWith('.txt'))) {
  const name = file.slice(0, -'.txt'.length);
  const [example] = readWireExamples(join('journal', file));
  const bytes = readFileSync(join(wireFolder, 'journal', `${name}.bin`));
  if (example === undefined || name === 'mixed') continue;
  test(`reads the shared example ${name}`, () => {
    assert.deepEqual(parseJournal(bytes), {
      frames: [frameOf(example)],
      foreign: 0,
      consumed: bytes.length,
      skipped: 0,
    });
  });
}

test('finds the whole frames of the shared example that is mixed with noise', () => {
  const [example] = readWireExamples(join('journal', 'mixed.txt'));
  const bytes = readFileSync(join(wireFolder, 'journal', 'mixed.bin'));
  assert.deepEqual(
    parseJournal(bytes).frames.map(({ id }) => id),
    example?.get('id'),
  );
});
