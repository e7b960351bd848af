import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  formatQuestionFrames,
  maxQuestionFrameBytes,
  parseQuestionFrames,
} from '../../../src/system/questionFrame.ts';
import { only, readWireExamples, wireFolder } from '../../support/wireExamples.ts';

const id = '00112233445566778899aabbccddeeff';

for (const name of ['single', 'several', 'token']) {
  test(`reads and writes the frames of the shared example ${name}`, () => {
    const [example] = readWireExamples(`fifo/${name}.txt`);
    assert.ok(example !== undefined);
    const body = readFileSync(join(wireFolder, only(example, 'body')));
    const bytes = readFileSync(join(wireFolder, 'fifo', `${name}.bin`));
    const { frames, consumed } = parseQuestionFrames(bytes);
    assert.deepEqual(
      frames.map(({ id: its, index, count }) => [its, index, count]),
      frames.map((_, index) => [only(example, 'id'), index, Number(only(example, 'frames'))]),
    );
    assert.equal(frames.length, Number(only(example, 'frames')));
    assert.deepEqual(Buffer.concat(frames.map(({ piece }) => piece)), body);
    assert.equal(consumed, bytes.length);
    assert.deepEqual(Buffer.concat(formatQuestionFrames(only(example, 'id'), body)), bytes);
  });
}

test('looks for frames inside what only looks like them, but not for ever', () => {
  const [frame = Buffer.alloc(0)] = formatQuestionFrames(id, Buffer.from('{}'));
  const claim = Buffer.from('RMPQ\x00\x10\x01\x00', 'latin1');
  const rest = Buffer.alloc(maxQuestionFrameBytes - claim.length - frame.length);
  const hiding = Buffer.concat([claim, frame, rest]);
  assert.equal(parseQuestionFrames(Buffer.concat([hiding, frame])).frames.length, 2);
  const noise = Buffer.alloc(maxQuestionFrameBytes, claim);
  assert.equal(parseQuestionFrames(Buffer.concat([noise, hiding, frame])).frames.length, 1);
});

test('takes frames out of what comes in pieces of any size, and skips what is none', () => {
  const frames = formatQuestionFrames(id, Buffer.alloc(9_000, 'RMPQ'));
  const [first = Buffer.alloc(0), ...others] = frames;
  const broken = Buffer.from(first);
  broken.writeUInt8(9, 30);
  const stream = Buffer.concat([Buffer.from('RMP RMPQ'), first, broken, Buffer.from('RMPQxx'), ...others]);
  for (const size of [1, 7, 4_096, stream.length]) {
    let rest: Buffer = Buffer.alloc(0);
    const found: number[] = [];
    for (let position = 0; position < stream.length; position += size) {
      const bytes = Buffer.concat([rest, stream.subarray(position, position + size)]);
      const stretch = parseQuestionFrames(bytes);
      rest = bytes.subarray(stretch.consumed);
      assert.ok(rest.length < maxQuestionFrameBytes);
      found.push(...stretch.frames.map(({ index }) => index));
    }
    assert.deepEqual(found, [0, 1, 2], `in pieces of ${size}`);
  }
});
