import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

/** What the endpoint's calls were for, in their order: a record into the log, an answer that names one, the log to the disk. */
function readTrace(file: string): readonly string[] {
  const lines = existsSync(file) ? readFileSync(file, 'latin1').split('\n') : [];
  return lines.flatMap((line) => {
    if (/\bwrite\(\d+<[^>]*\.jsonl>, "\{/.test(line)) return 'record';
    if (/\bfdatasync\(\d+<[^>]*\.jsonl>/.test(line)) return 'disk';
    return /\b(?:write|sendto)\(.*"HTTP\/1\.1 200 .*audit_id/.test(line) ? 'answer' : [];
  });
}

test('a record is in the log before its answer, and is forced to the disk behind it, once', async (context) => {
  const rampart = new Rampart(context);
  const trace = join(rampart.folder, 'trace');
  const endpoint = [process.execPath, resolve('dist', 'endpoint.js'), '--state-dir', rampart.stateDirectory];
  const strace = ['strace', '-f', '-qq', '-y', '-s', '1000', '-o', trace] as const;
  const calls = ['-e', 'trace=write,sendto,fsync,fdatasync'];
  const { said } = rampart.startProgram([...strace, ...calls, ...endpoint]);
  await until('the endpoint listens', () => said.stdout.includes('\n'));
  for (let count = 1; count <= 3; count += 1) {
    const { status, stderr } = await rampart.guard(['true']);
    assert.equal(status, 0, stderr);
    await until('its record is on the disk', () => {
      const done = readTrace(trace);
      return done.filter((each) => each === 'disk').length === count;
    });
  }
  const done = readTrace(trace);
  assert.deepEqual(
    done.filter((each) => each !== 'disk'),
    Array<string[]>(3).fill(['record', 'answer']).flat(),
  );
  assert.deepEqual(
    done.filter((each) => each !== 'answer'),
    Array<string[]>(3).fill(['record', 'disk']).flat(),
  );
});
