import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Askers } from '../../../src/endpoint/lifetime.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { createFixtureProcesses } from '../../support/fixtureProcesses.ts';

/** Two processes: 200 leads the session, 300 belongs to it. */
function createMachine(context: TestContext): {
  askers: Askers;
  end: (pid: number) => void;
  begin: (pid: number) => void;
} {
  const folder = temporaryFolder(context);
  const processes = createFixtureProcesses(folder, [
    { pid: 200, ppid: 1, session: 200 },
    { pid: 300, ppid: 200, session: 200 },
  ]);
  return {
    askers: new Askers(processes),
    end: (pid) => rmSync(join(folder, String(pid)), { recursive: true }),
    begin: (pid) => createFixtureProcesses(folder, [{ pid, ppid: 1, session: pid, started: 77 }]),
  };
}

test('is held by the leader of a session that asked, until that one is gone', (context) => {
  const { askers, end } = createMachine(context);
  assert.equal(askers.hasLiving(), false);
  askers.note(300, 200);
  end(300);
  assert.equal(askers.hasLiving(), true);
  end(200);
  assert.equal(askers.hasLiving(), false);
});

test('is held by the asker itself where the leader is gone or unknown', (context) => {
  for (const sid of [null, 0, 777]) {
    const { askers, end } = createMachine(context);
    askers.note(300, sid);
    assert.equal(askers.hasLiving(), true);
    end(300);
    assert.equal(askers.hasLiving(), false);
  }
});

test('is not held by a later process with the same pid', (context) => {
  const { askers, end, begin } = createMachine(context);
  askers.note(300, 200);
  end(200);
  begin(200);
  assert.equal(askers.hasLiving(), false);
});

test('is held by nobody who told nothing of itself', (context) => {
  const { askers } = createMachine(context);
  askers.note(null, null);
  assert.equal(askers.hasLiving(), false);
});
