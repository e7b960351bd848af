// Programs whose behaviour must be the same with the library and without it: `hosts.mjs LIBRARY FOLDER`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [library, folder] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'rampart-hosts-'));
let passed = 0;
let failed = 0;

function expect(name, actual, wanted) {
  const same = JSON.stringify(actual) === JSON.stringify(wanted);
  if (same) passed++;
  else failed++;
  if (!same)
    process.stdout.write(`${name}: ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}\n`);
}

/** What a program says and ends with, when nobody is there to ask. */
function run(environment, command, ...words) {
  const env = { PATH: '/usr/bin:/bin', RAMPART_URL: `unix://${directory}/endpoint.sock`, ...environment };
  const { status, signal, stdout, stderr } = spawnSync(command, words, {
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status: status ?? signal, stdout, stderr };
}

const bare = run({}, join(folder, 'rawCalls'));
expect('raw calls end well', bare.status, 0);
expect('raw calls', run({ LD_PRELOAD: library }, join(folder, 'rawCalls')), bare);

const byHand = [join(folder, 'rawCalls'), '/usr/bin', 'true'];
expect('a start by hand', run({ LD_PRELOAD: library }, ...byHand), run({}, ...byHand));
const refused = run({ LD_PRELOAD: library, RAMPART_FAIL_OPEN: '0' }, ...byHand);
expect('a start by hand that is refused', refused.status, 1);
expect(`the refusal is told: ${refused.stderr}`, refused.stderr.includes('rampart: denied `true`'), true);

rmSync(directory, { recursive: true, force: true });
process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
