// @ts-check
// Fuzzes the parts of the preload library that read what others wrote: `fuzz.mjs [--seconds N] [--keep] [target…]`,
// one target after the other, ten minutes each unless told otherwise. With --keep, what was found is cut down to
// the few inputs that cover as much and put into test/native/fuzz/corpus/, from which `npm test` starts.
// Ends with 1 when a target failed; the input that did it lies in .artifacts/fuzz/.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  buildPackages,
  formatInstallCommand,
  installMissingPackages,
  sanitizerPackages,
} from './packages.mjs';

const defaultSeconds = 600;
const maxInputBytes = 4096;
const maxKeptInputs = 200;
const root = join(import.meta.dirname, '..');
const source = join(root, 'test', 'native', 'fuzz');
const build = join(root, 'build-fuzz');
const artifacts = join(root, '.artifacts', 'fuzz');
const wire = join(root, 'test', 'fixtures', 'wire');

/** Shared examples that are inputs as they are. @type {Readonly<Record<string, string[]>>} */
const examples = { answer: [join(wire, 'answers')], files: [join(wire, 'stateFiles')] };

const targets = readdirSync(source)
  .filter((file) => file.endsWith('_fuzz.c'))
  .map((file) => basename(file, '_fuzz.c'))
  .sort();

/** @param {string} text @returns {never} */
function stop(text) {
  process.stderr.write(`fuzz: ${text}\n`);
  process.exit(2);
}

function readOptions() {
  const options = {
    seconds: { type: /** @type {const} */ ('string'), default: String(defaultSeconds) },
    keep: { type: /** @type {const} */ ('boolean'), default: false },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const seconds = Number(values.seconds);
  const unknown = positionals.filter((name) => !targets.includes(name));
  if (!Number.isInteger(seconds) || seconds < 1) stop('--seconds wants a whole number');
  if (unknown.length > 0) stop(`no target ${unknown.join(', ')}; there are ${targets.join(', ')}`);
  return { seconds, keep: values.keep, chosen: positionals.length > 0 ? positionals : targets };
}

/** Builds with clang and its sanitizers; ends this process when that fails. */
function buildTargets() {
  const wanted = [...buildPackages, { package: 'clang', program: 'clang' }];
  const missing = [...installMissingPackages(wanted), ...installMissingPackages(sanitizerPackages())];
  if (missing.length > 0) stop(`${missing.join(', ')} missing. Install: ${formatInstallCommand(missing)}`);
  const options = ['--log-level=WARNING', '-DCMAKE_C_COMPILER=clang', '-DRAMPART_TESTS=ON'];
  const names = targets.map((name) => `fuzz_${name}`);
  for (const words of [
    ['-S', root, '-B', build, ...options],
    ['--build', build, '--parallel', '2', '--target', ...names],
  ])
    if (spawnSync('cmake', words, { stdio: ['ignore', 2, 2] }).status !== 0) stop('the build failed');
}

/** @param {string} name */
function placesOf(name) {
  const native = join(build, 'test', 'native');
  return {
    program: join(native, `fuzz_${name}`),
    found: join(native, `corpus_${name}`),
    kept: join(source, 'corpus', name),
  };
}

/** Runs a target; says how often it ran, or what it said when it failed. @param {string} name @param {number} seconds */
function fuzz(name, seconds) {
  const { program, found, kept } = placesOf(name);
  for (const folder of [found, kept, artifacts]) mkdirSync(folder, { recursive: true });
  const words = [
    `-max_total_time=${String(seconds)}`,
    `-max_len=${String(maxInputBytes)}`,
    `-dict=${join(source, 'words.dict')}`,
    `-artifact_prefix=${join(artifacts, `${name}-`)}`,
    '-print_final_stats=1',
    ...[found, kept, ...(examples[name] ?? [])],
  ];
  const run = spawnSync('nice', [program, ...words], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    timeout: (seconds + 120) * 1000,
    killSignal: 'SIGKILL',
  });
  const executions = Number(/stat::number_of_executed_units:\s*(\d+)/.exec(run.stderr)?.[1] ?? 0);
  return { name, failed: run.status !== 0 || executions === 0, executions, said: run.stderr };
}

/** Cuts all inputs of a target down to few that cover as much, in the repository's folder. @param {string} name */
function keep(name) {
  const { program, found, kept } = placesOf(name);
  const small = mkdtempSync(join(tmpdir(), 'rampart-fuzz-'));
  try {
    const words = ['-set_cover_merge=1', `-max_len=${String(maxInputBytes)}`, small, kept, found];
    const run = spawnSync('nice', [program, ...words, ...(examples[name] ?? [])], { stdio: 'ignore' });
    if (run.status !== 0) stop(`the inputs of ${name} could not be merged`);
    const inputs = readdirSync(small)
      .map((file) => join(small, file))
      .sort((left, right) => statSync(left).size - statSync(right).size);
    rmSync(kept, { recursive: true });
    mkdirSync(kept);
    for (const input of inputs.slice(0, maxKeptInputs)) cpSync(input, join(kept, basename(input)));
    return Math.min(inputs.length, maxKeptInputs);
  } finally {
    rmSync(small, { recursive: true, force: true });
  }
}

const { seconds, keep: wantsKept, chosen } = readOptions();
buildTargets();
for (const name of chosen) {
  const { failed, executions, said } = fuzz(name, seconds);
  if (failed) {
    process.exitCode = 1;
    writeFileSync(join(artifacts, `${name}.log`), said);
    process.stdout.write(`${name}: FAILED, ${join(artifacts, `${name}.log`)}\n${said.slice(-4000)}\n`);
    continue;
  }
  const inputs = wantsKept ? `, ${String(keep(name))} inputs kept` : '';
  process.stdout.write(`${name}: ${String(executions)} runs in ${String(seconds)} s, none failed${inputs}\n`);
}
