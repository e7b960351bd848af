import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rampart, summaryOf } from '../support/rampart.ts';
import { until } from '../support/until.ts';

test('an allowed start that fails is recorded beside its decision', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  rampart.write('program', '\u007fELF, it says\n');
  await rampart.guard(['python3', '-c', 'import os; os.execv("./program", ["./program"])']);
  const records = await until('the failure is recorded', async () => {
    const all = await rampart.log();
    return all.some((record) => 'exec_failed' in record) && all;
  });
  const failed = records.find((record) => 'exec_failed' in record);
  const decision = records.find((record) => summaryOf(record) === './program allow true');
  assert.ok(failed !== undefined && decision !== undefined);
  assert.deepEqual(
    [failed['tool'], failed['exec_failed']],
    ['rampart', { id: decision['id'], errno: 'ENOEXEC' }],
  );
});
