import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemAnnouncer } from '../../../src/extension/model/problemAnnouncer.ts';
import type { PolicyProblem } from '../../../src/protocol/streamEvent.ts';

const problemIn = (file: string, line = 4): PolicyProblem => ({ file, line, column: 2, message: 'wrong' });

describe('telling of policy files that cannot be used', () => {
  const start = (): { announcer: ProblemAnnouncer; told: string[]; front: Set<string> } => {
    const told: string[] = [];
    const front = new Set<string>();
    const announcer = new ProblemAnnouncer({
      isInFront: (file) => front.has(file),
      tell: (problems) => told.push(problems.map(({ file, line }) => `${file}:${line}`).join()),
    });
    return { announcer, told, front };
  };

  it('happens once for each state of affairs, and again when a mistake is made again', () => {
    const { announcer, told } = start();
    announcer.take([problemIn('/a'), problemIn('/b')]);
    announcer.take([problemIn('/a'), problemIn('/b')]);
    announcer.take([problemIn('/a')]);
    announcer.take([]);
    announcer.take([problemIn('/a')]);
    assert.deepEqual(told, ['/a:4,/b:4', '/a:4', '/a:4']);
  });

  it('leaves who writes a rule alone, until they leave the file as it is', () => {
    const { announcer, told, front } = start();
    front.add('/a');
    for (const line of [4, 5, 6]) announcer.take([problemIn('/a', line)]);
    assert.deepEqual(told, []);
    front.clear();
    announcer.look();
    announcer.look();
    assert.deepEqual(told, ['/a:6']);
  });

  it('tells of another file meanwhile', () => {
    const { announcer, told, front } = start();
    front.add('/a');
    announcer.take([problemIn('/a'), problemIn('/b')]);
    assert.deepEqual(told, ['/b:4']);
  });
});
