// What becomes of children: `children.mjs LIBRARY CHAIN LARGEST SANITIZED`. Nobody answers here, so everything runs;
// what is looked at is their environment.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFrames } from './state.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library, chain, largest, sanitized] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'rampart-children-'));
const guarded = {
  LD_PRELOAD: library,
  RAMPART_URL: `unix://${directory}/endpoint.sock`,
  RAMPART_SESSION: 's',
};
const depth = 210;
const unanswered = 3;
const unguarded = 5;

function run(environment, command, ...words) {
  const env = { PATH: '/usr/bin:/bin', ...environment };
  const { status, stdout, stderr } = spawnSync(command, words, { env, encoding: 'utf8', timeout: 50_000 });
  return { status, stdout: stdout.trim().split('\n'), stderr };
}

/** The environment after many programs, each of which became the next. */
function environmentAfter(list) {
  const { status, stdout } = run({ ...guarded, LD_PRELOAD: list }, chain, String(depth));
  expect(`chain with ${list}`, status, 0);
  return stdout.sort();
}

function countFrames() {
  const bytes = readFileSync(join(directory, 'journal'));
  let frames = 0;
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4))
    frames += bytes[at + 10] === 3 ? 1 : 0;
  return frames;
}

const armed = [`LD_PRELOAD=${library}`, 'OWN=variable', 'PATH=/usr/bin:/bin', `RAMPART_SESSION=s`];
expect(
  'what a chain leaves',
  environmentAfter(library),
  [...armed, `RAMPART_URL=${guarded.RAMPART_URL}`].sort(),
);
expect('every link of the chain is in the journal', countFrames(), depth);
const [, buildId] = /Build ID: (\w+)/u.exec(execFileSync('readelf', ['-nW', library], { encoding: 'utf8' }));
const told = new Set(readFrames(readFileSync(join(directory, 'journal'))).map((frame) => frame.library));
expect('which library wrote them', [...told], [buildId]);
expect(
  'a chain with other entries',
  environmentAfter(`/nonexistent/first.so ${library}:/nonexistent/last.so`).filter((line) =>
    line.startsWith('LD_'),
  ),
  [`LD_PRELOAD=${library}`],
);

for (const door of ['execve', 'posix_spawn', 'system', 'popen', 'wordexp']) {
  const plain = run({}, largest, door);
  expect(`the largest environment of ${door} is found`, plain.status, 0);
  expect(`the largest environment of ${door}`, run(guarded, largest, door), plain);
}
const frames = readFrames(readFileSync(join(directory, 'journal')));
const bare = frames.find(({ kind }) => kind === unguarded);
const itsRun = frames.find(({ kind, id }) => kind === unanswered && id === bare?.id);
expect('a start without our variables is told beside its run', itsRun?.exe, '/bin/true');

if (sanitized !== undefined) {
  const shell = run(guarded, 'sh', '-c', sanitized);
  expect(`a sanitized child: ${shell.stderr}`, shell.status, 0);
  const disabled = run({ ...guarded, RAMPART_MODE: 'disabled' }, 'sh', '-c', sanitized);
  expect(`a sanitized child in disabled mode: ${disabled.stderr}`, disabled.status, 0);
}

expect('nothing else is left in the state directory', existsSync(join(directory, 'state')), false);
rmSync(directory, { recursive: true, force: true });
tellTotals();
