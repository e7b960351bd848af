// The library of another platform against the oldest libc that it is for: `link.mjs MACHINE BUILD`, where BUILD/<machine>
// has the library and BUILD/cross/<machine> the tree it was built in. What it is made of is linked anew with no symbol
// left open, and a program that takes every door from it is linked the same way and run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, tellTotals } from './expect.mjs';

const [machine, build] = process.argv.slice(2);
const oldest = 17;
const eperm = 1;
const targets = {
  'linux-x64': { triple: 'x86_64-linux-gnu' },
  'linux-arm64': { triple: 'aarch64-linux-gnu', emulator: 'qemu-aarch64-static' },
  'linux-armhf': { triple: 'arm-linux-gnueabihf', emulator: 'qemu-arm-static' },
};
const { triple, emulator } = targets[machine];
/** The dynamic linker's own, and musl's, which libc's library for linking does not have; all are weak. */
const unversioned = ['__libc_stack_end', '_dl_debug_addr', '_r_debug'];
const tree = join(build, 'cross', machine);
const library = join(build, machine, 'librampart.so');
const directory = mkdtempSync(join(tmpdir(), 'rampart-link-'));
const [, zig] = /^RAMPART_ZIG:\w+=(.*)$/mu.exec(readFileSync(join(tree, 'CMakeCache.txt'), 'utf8'));

function run(command, words, environment = {}) {
  const cache = join(dirname(dirname(zig)), 'cache');
  const caches = { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  const { status, signal, stdout, stderr } = spawnSync(command, words, {
    env: { PATH: process.env['PATH'], ...caches, ...environment },
    encoding: 'utf8',
  });
  return { status: status ?? signal, output: stdout + stderr };
}

/** Links with no symbol left open, neither of what is linked nor of the libraries beside it. */
function link(name, words) {
  const made = join(directory, name);
  const strict = ['-Wl,-z,defs', '-Wl,--no-allow-shlib-undefined', '-fno-sanitize=all'];
  const target = ['-target', `${triple}.2.${String(oldest)}`];
  const { status, output } = run(zig, ['cc', ...target, ...strict, ...words, '-o', made]);
  expect(`${name} is linked: ${output}`, status, 0);
  return made;
}

/** The symbols that the dynamic linker is to find, with the version that libc has to have. */
function readImports(file) {
  const lines = run('nm', ['-D', file]).output.trim().split('\n');
  return lines.map((line) => /^\s+[Uvw] ([^@]+)(?:@+(.*))?$/u.exec(line)).filter((match) => match !== null);
}

const parts = join(tree, 'native', 'preload', 'CMakeFiles', 'rampart.dir');
const objects = readdirSync(parts).filter((name) => name.endsWith('.o'));
const whole = link('librampart.so', ['-shared', ...objects.map((name) => join(parts, name))]);
const imports = readImports(whole);
expect('it imports something', imports.length > 0, true);
for (const [, name, version] of imports) {
  const minor = /^GLIBC_2\.(\d+)/u.exec(version ?? '')?.[1];
  const isOld = minor === undefined ? unversioned.includes(name) : Number(minor) <= oldest;
  expect(`${name} of ${String(version)} is old enough`, isOld, true);
}

const source = join(import.meta.dirname, 'snippets', 'linked.c');
const program = link('linked', ['-std=c11', '-fno-builtin', source, library]);
const start = emulator === undefined ? [program] : [emulator, '-L', `/usr/${triple}`, program];
const nobody = { RAMPART_URL: `unix://${directory}/endpoint.sock`, RAMPART_QUIET: '1' };
const begin = (settings) =>
  run(start[0], [...start.slice(1), '/bin/true'], { ...nobody, ...settings }).status;
expect('the program starts another one', begin({}), 0);
expect('the program is refused', begin({ RAMPART_FAIL_OPEN: '0' }), eperm);

rmSync(directory, { recursive: true, force: true });
tellTotals();
