import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { JournalReader } from '../../../src/endpoint/journalReader.ts';
import { formatJournalFrame } from '../../../src/system/journalFrame.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { startFrame } from './startFrame.ts';

function frameOf(index: number): Buffer {
  const frame = formatJournalFrame(startFrame({ argv: ['ls', String(index)] }));
  return frame.ok ? frame.value : assert.fail();
}

/** A reader in a folder of its own, and what it has passed on. */
function startReader(context: TestContext) {
  const folder = temporaryFolder(context);
  const file = join(folder, 'journal');
  const scene = { isHeldUp: false, onPassed: (): void => undefined };
  const passed: string[] = [];
  const log: string[] = [];
  const write = (line: string): void => void log.push(line);
  const reader = new JournalReader({
    file,
    logger: { info: write, warn: write, error: write },
    isOurs: () => true,
    isHeldUp: () => scene.isHeldUp,
    onFrames: (frames) => {
      passed.push(...frames.map(({ argv }) => argv.join(' ')));
      scene.onPassed();
    },
    onFull: () => undefined,
  });
  context.after(() => reader.dispose());
  return { folder, file, scene, passed, log, reader };
}

test('leaves in its file what waits for the log, until it is there', (context) => {
  const { folder, file, scene, passed, reader } = startReader(context);
  scene.onPassed = () => {
    scene.isHeldUp = true;
  };
  writeFileSync(file, frameOf(1));
  assert.equal(reader.poll(), true);
  assert.deepEqual([passed, readdirSync(folder)], [['ls 1'], ['journal.1']]);
  reader.drain();
  assert.deepEqual(readdirSync(folder), ['journal.1']);
  scene.isHeldUp = false;
  reader.poll();
  assert.deepEqual([passed, readdirSync(folder)], [['ls 1'], []]);
});

test('reads what is written to a file that it has taken, and a frame that comes in two parts', (context) => {
  const { folder, file, scene, passed, reader } = startReader(context);
  const [second, third] = [frameOf(2), frameOf(3)];
  scene.onPassed = () => {
    scene.onPassed = () => undefined;
    appendFileSync(`${file}.1`, Buffer.concat([second.subarray(40), third]));
  };
  writeFileSync(file, Buffer.concat([frameOf(1), second.subarray(0, 40)]));
  reader.poll();
  assert.deepEqual([passed, readdirSync(folder)], [['ls 1', 'ls 2', 'ls 3'], []]);
});

test('reads files that were put aside before, the oldest first, and then the journal', (context) => {
  const { folder, file, passed, reader } = startReader(context);
  for (const [name, index] of [
    ['journal.10', 2],
    ['journal.2', 1],
    ['journal', 3],
  ] as const)
    writeFileSync(join(folder, name), frameOf(index));
  reader.drain();
  assert.deepEqual([passed, readdirSync(folder)], [['ls 1', 'ls 2', 'ls 3'], []]);
  writeFileSync(file, frameOf(4));
  reader.poll();
  assert.deepEqual([passed.at(-1), readdirSync(folder)], ['ls 4', []]);
});

test('reads a file again that it could not remove, and says why', (context) => {
  const { folder, file, scene, passed, log, reader } = startReader(context);
  const aside = `${file}.1`;
  scene.onPassed = () => {
    scene.onPassed = () => undefined;
    renameSync(aside, join(folder, 'elsewhere'));
    mkdirSync(aside);
  };
  writeFileSync(file, frameOf(1));
  reader.poll();
  assert.match(log.join('\n'), /the journal cannot be read: /);
  rmSync(aside, { recursive: true });
  renameSync(join(folder, 'elsewhere'), aside);
  reader.poll();
  assert.deepEqual([passed, readdirSync(folder)], [['ls 1', 'ls 1'], []]);
});
