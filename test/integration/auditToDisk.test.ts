import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
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

/** Of every file of the log, whether the disk was told behind its last record. */
function readForced(trace: string): ReadonlyMap<string, boolean> {
  const files = new Map<string, boolean>();
  for (const line of readFileSync(trace, 'latin1').split('\n')) {
    const [, call, file = ''] = /\b(write|fdatasync)\(\d+<([^>]*\.jsonl)>/.exec(line) ?? [];
    if (call !== undefined) files.set(basename(file), call === 'fdatasync');
  }
  return files;
}

test('what stands in a file that the log leaves is forced to the disk, too, and so is the last record', async (context) => {
  const rampart = new Rampart(context);
  const trace = join(rampart.folder, 'trace');
  const clock = rampart.write('clock', '0');
  const module = rampart.write(
    'clock.mjs',
    `import { readFileSync } from 'node:fs';
const { now } = Date;
Date.now = () => now() + Number(readFileSync(${JSON.stringify(clock)}, 'utf8'));
`,
  );
  const bundle = [process.execPath, '--import', module, resolve('dist', 'endpoint.js')];
  const strace = ['strace', '-f', '-qq', '-y', '-o', trace, '-e', 'trace=write,fdatasync'] as const;
  const { said, finished } = rampart.startProgram([
    ...strace,
    ...bundle,
    '--state-dir',
    rampart.stateDirectory,
  ]);
  await until('the endpoint listens', () => said.stdout.includes('\n'));
  for (const day of [0, 1, 2]) {
    writeFileSync(clock, String(day * 86_400_000));
    const { status, stderr } = await rampart.guard(['true']);
    assert.equal(status, 0, stderr);
  }
  process.kill(rampart.endpointPid ?? assert.fail(), 'SIGTERM');
  await finished;
  const forced = readForced(trace);
  assert.ok(forced.size >= 3, [...forced.keys()].join(', '));
  assert.deepEqual(
    [...forced.values()],
    [...forced].map(() => true),
  );
});
