// The commands of native/README.md by which the library is built without npm, each run once in a copy of the source:
// `presets.mjs SOURCE`. Of the workflow `test`, whose tests are the ones around this, each step is run for one of them.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, tellTotals } from './expect.mjs';

const [source] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'rampart-presets-'));
const copy = join(directory, 'copy');
const home = join(directory, 'home');

function run(command, words, environment = {}) {
  const env = { PATH: process.env['PATH'], HOME: home, CMAKE_BUILD_PARALLEL_LEVEL: '2', ...environment };
  const { status, signal, stdout, stderr } = spawnSync(command, words, { cwd: copy, env, encoding: 'utf8' });
  return { status: status ?? signal, output: stdout + stderr };
}

function expectGood(line) {
  const [command, ...words] = line.split(' ');
  const { status, output } = run(command, words);
  expect(`${line}: ${output.slice(-2000)}`, status, 0);
}

function pathOf(folder) {
  return join(copy, folder, 'native', 'preload', 'librampart.so');
}

/** Loads it into a program, behind what it needs, and has that start another. */
function expectLoads(library, before = []) {
  const loaded = { LD_PRELOAD: [...before, library].join(':'), ASAN_OPTIONS: 'detect_leaks=0' };
  const start = ['-c', 'cat /proc/self/maps'];
  const { status, output } = run('/bin/sh', start, { ...loaded, RAMPART_URL: `unix://${directory}/nobody` });
  expect(`${library} is loaded: ${output}`, [status, output.includes(library)], [0, true]);
}

function sectionsOf(library) {
  return run('readelf', ['-SW', library]).output;
}

mkdirSync(home);
for (const name of ['CMakeLists.txt', 'CMakePresets.json', 'native', 'test/native', 'test/fixtures/wire'])
  cpSync(join(source, name), join(copy, name), { recursive: true });

expectGood('cmake --workflow --preset default');
expectLoads(pathOf('build-cmake'));
expect('no debug information by default', sectionsOf(pathOf('build-cmake')).includes('.debug_info'), false);

expectGood('cmake --workflow --preset debug');
expectLoads(pathOf('build-cmake/debug'));
expect('debug information', sectionsOf(pathOf('build-cmake/debug')).includes('.debug_info'), true);

expectGood('cmake --workflow --preset asan');
const runtime = run('cc', ['-print-file-name=libasan.so']).output.trim();
expectLoads(pathOf('build-cmake/asan'), [runtime]);

expectGood('cmake --workflow --preset install');
expectLoads(join(home, '.rampart', 'lib', 'librampart.so'));
expectGood(`cmake --install build-cmake --prefix ${directory}/elsewhere`);
expectLoads(join(directory, 'elsewhere', 'lib', 'librampart.so'));

const { workflowPresets } = JSON.parse(readFileSync(join(copy, 'CMakePresets.json'), 'utf8'));
const { steps } = workflowPresets.find(({ name }) => name === 'test');
expect(
  'the steps of the tests',
  steps.map(({ type, name }) => `${type} ${name}`),
  ['configure test', 'build test', 'test test'],
);
expectGood('cmake --preset test');
expectGood('cmake --build --preset test --target outcome_test');
expectGood('ctest --preset test --no-tests=error --tests-regex ^unit_outcome$');

rmSync(directory, { recursive: true, force: true });
tellTotals();
