import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenQuestions } from '../../../src/endpoint/openQuestions.ts';
import type { QuestionFrame } from '../../../src/system/questionFrame.ts';

const piece = Buffer.from('x');

function frame(id: string, index: number, count: number): QuestionFrame {
  return { id, index, count, piece };
}

/** Feeds frames, written `id index/count`, and gives the ids back whose questions were whole. */
function feed(questions: OpenQuestions, frames: readonly string[]): readonly string[] {
  return frames.flatMap((text) => {
    const [, id = '', index, count] = /^(\w+) (\d+)\/(\d+)$/.exec(text) ?? [];
    const whole = questions.take(frame(id, Number(index), Number(count)));
    return whole === null ? [] : [`${whole.id} ${whole.body.toString()}`];
  });
}

test('puts questions together whose frames come between one another', () => {
  const questions = new OpenQuestions({ elapsed: () => 0 });
  assert.deepEqual(feed(questions, ['a 0/2', 'b 0/1', 'c 0/2', 'a 1/2', 'c 1/2']), ['b x', 'a xx', 'c xx']);
});

test('gives up a question that lacks a frame or contradicts itself', () => {
  const questions = new OpenQuestions({ elapsed: () => 0 });
  const frames = ['a 0/3', 'a 2/3', 'a 1/3', 'b 1/2', 'c 0/2', 'c 1/3', 'c 1/2', 'd 0/0', 'e 3/2'];
  assert.deepEqual(feed(questions, frames), []);
  assert.deepEqual(feed(questions, ['a 0/1']), ['a x']);
});

test('gives up a question whose asker does so too, and the oldest of too many', () => {
  let passed = 0;
  const questions = new OpenQuestions({ elapsed: () => passed });
  feed(questions, ['late 0/2']);
  passed = 2_000;
  assert.deepEqual(feed(questions, ['late 1/2']), []);
  feed(
    questions,
    Array.from({ length: 257 }, (_, index) => `q${index} 0/2`),
  );
  assert.deepEqual(feed(questions, ['q0 1/2', 'q256 1/2']), ['q256 xx']);
});

test('holds a bounded number of bytes', () => {
  const questions = new OpenQuestions({ elapsed: () => 0 });
  const big = Buffer.alloc(9_000_000);
  questions.take({ id: 'first', index: 0, count: 2, piece: big });
  questions.take({ id: 'second', index: 0, count: 2, piece: big });
  assert.deepEqual(feed(questions, ['first 1/2']), []);
  assert.equal(questions.take(frame('second', 1, 2))?.id, 'second');
});
