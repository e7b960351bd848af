// What the library is made of: `symbols.mjs LIBRARY DOORS`. It exports the table of doors and nothing else, needs
// no other object, and imports only what glibc and musl both have.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { expect, tellTotals } from './expect.mjs';

const [library, table] = process.argv.slice(2);
const maxBytes = 40 * 1024;

/** Weak or not, the dynamic linker must find these in every libc, or do without. */
const allowedImports = [
  '__errno_location',
  '__libc_stack_end',
  '_dl_debug_addr',
  '_r_debug',
  'environ',
  'getauxval',
  'pthread_setcanceltype',
];

function run(command, ...words) {
  return execFileSync(command, words, { encoding: 'utf8' });
}

const symbols = run('nm', '-D', library)
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/u));
const doors = [...readFileSync(table, 'utf8').matchAll(/^RP_DOOR\((\w+),/gmu)].map((match) => match[1]);
const imports = symbols.filter((words) => words.length === 2).map((words) => words[1]);

expect(
  'exports',
  symbols.filter((words) => words.length === 3).map((words) => words[2]),
  [...doors].sort(byBytes),
);
expect(
  'imports',
  imports.filter((name) => !allowedImports.includes(name)),
  [],
);

const dynamic = run('readelf', '-dW', library);
expect(
  'needed objects',
  [...dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/gu)].map((match) => match[1]),
  [],
);
expect('has relocations in its text', dynamic.includes('(TEXTREL)'), false);
expect('has a destructor', /\(FINI/u.test(dynamic), false);
expect('versions', run('readelf', '-VW', library).includes('Version needs section'), false);
expect('thread-local storage', /\bTLS\b/u.test(run('readelf', '-lW', library)), false);
expect('an executable stack', /GNU_STACK.*RWE/u.test(run('readelf', '-lW', library)), false);
expect('a build id', /Build ID: [0-9a-f]{40}/u.test(run('readelf', '-nW', library)), true);

// As what ships is stripped: scripts/crossNative.mjs.
const stripped = `${library}.stripped`;
run('llvm-strip', '--strip-unneeded', '--remove-section=.comment', '-o', stripped, library);
expect(
  `size of ${String(statSync(stripped).size)} bytes is within bounds`,
  statSync(stripped).size <= maxBytes,
  true,
);

tellTotals();

function byBytes(left, right) {
  return left < right ? -1 : 1;
}
