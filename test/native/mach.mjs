// What the libraries for macOS are made of, which nothing here can run: `mach.mjs BUILD LIST`, where BUILD has
// darwin-x64 and darwin-arm64, and LIST is what may come from libSystem.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, tellTotals } from './expect.mjs';

const [build, list] = process.argv.slice(2);
function run(command, ...words) {
  return execFileSync(command, words, { encoding: 'utf8' });
}

/** The values of a field of a kind of load command. */
function findField(commands, kind, field) {
  const parts = commands.split(/^Load command \d+$/mu).filter((part) => part.includes(`cmd ${kind}\n`));
  return parts.map((part) => new RegExp(`^ *${field} (.*?)(?: \\(offset \\d+\\))?$`, 'mu').exec(part)?.[1]);
}

const allowed = new Set(readFileSync(list, 'utf8').match(/[\w$]+/gu));
const doors = ['_execve', '___execve', '_posix_spawn', '___posix_spawn'];
const pairBytes = 16;

// Segments are whole pages, of 4 KiB and of 16, and signed page by page: 40 KiB of them are as much code as elsewhere.
for (const [target, type, kilobytes] of [
  ['darwin-x64', 'X86_64', 68],
  ['darwin-arm64', 'ARM64', 96],
]) {
  const library = join(build, target, 'librampart.dylib');
  const { size: bytes } = statSync(library);
  expect(`${target}: size of ${String(bytes)} bytes is within bounds`, bytes <= kilobytes * 1024, true);
  const header = run('llvm-objdump', '--macho', '--private-header', library);
  expect(`${target}: a library for ${type}`, header.includes(type) && header.includes(' DYLIB '), true);

  const commands = run('llvm-objdump', '--macho', '--private-headers', library);
  expect(`${target}: needs`, findField(commands, 'LC_LOAD_DYLIB', 'name'), ['/usr/lib/libSystem.B.dylib']);
  expect(`${target}: is called`, findField(commands, 'LC_ID_DYLIB', 'name'), ['@rpath/librampart.dylib']);
  expect(`${target}: oldest macOS`, findField(commands, 'LC_BUILD_VERSION', 'minos'), ['11.0']);
  for (const kind of ['LC_UUID', 'LC_CODE_SIGNATURE'])
    expect(`${target}: ${kind}`, commands.split(`cmd ${kind}\n`).length - 1, 1);

  const sections = run('llvm-objdump', '--section-headers', library);
  const size = /__interpose\s+([0-9a-f]+)/u.exec(sections)?.[1];
  expect(`${target}: pairs of doors`, Number.parseInt(size ?? '0', 16), doors.length * pairBytes);
  expect(`${target}: thread-local storage`, /__thread_/u.test(sections), false);
  // Each pair begins with our function, whose address dyld moves, and ends with the function of libSystem.
  const binds = run('llvm-objdump', '--macho', '--bind', library);
  const bound = [...binds.matchAll(/__interpose\s+0x([0-9A-F]+)\s.*\s(\S+)$/gmu)];
  expect(
    `${target}: doors`,
    bound.map((match) => match[2]),
    doors,
  );
  const moved = [
    ...run('llvm-objdump', '--macho', '--rebase', library).matchAll(/__interpose\s+0x([0-9A-F]+)/gu),
  ];
  expect(
    `${target}: replacements`,
    moved.map((match) => Number.parseInt(match[1], 16) + pairBytes / 2),
    bound.map((match) => Number.parseInt(match[1], 16)),
  );

  const symbols = run('llvm-nm', '--extern-only', library).trimEnd().split('\n');
  const names = (kind) =>
    symbols.filter((line) => line.includes(` ${kind} `)).map((line) => line.trim().split(' ').pop());
  expect(
    `${target}: imports`,
    names('U').filter((name) => !allowed.has(name)),
    [],
  );
  expect(`${target}: exports`, symbols.length - names('U').length, 0);
}

tellTotals();
