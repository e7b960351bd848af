import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cachedFolder } from '../support/cache.ts';
import { unpackSource } from '../support/debian.ts';
import { run, runWell } from '../support/run.ts';
import type { Suite } from './suite.ts';

/** Which of glibc's tests are about starting programs and waiting for them. */
const wanted =
  /^(posix\/(tst-exec|tst-spawn|tst-posix_spawn|tst-vfork|test-vfork|tst-fexecve|wordexp-test|tst-wordexp|tst-wait).*|stdlib\/tst-system|libio\/tst-popen\d|stdio-common\/(tst|test)-popen.*)\.c$/;

/** Tests that are told their own path, to start themselves. */
const startThemselves = ['tst-exec', 'tst-execvpe5', 'tst-spawn', 'tst-spawn5', 'tst-spawn6'];

/** What of glibc's source is needed. */
const neededParts = [
  'posix',
  'stdlib',
  'libio',
  'stdio-common',
  'support',
  'malloc',
  'include',
  'sysdeps/unix',
  'test-skeleton.c',
].map((name) => `*/${name}`);

/** Headers of glibc's inside that its tests use and that stand on their own. */
const innerHeaders = ['array_length', 'intprops', 'scratch_buffer', 'libc-pointer-arith', 'libc-diag', 'idx'];

/** What glibc's own build would define. */
const definitions = `#include <limits.h>
#include <stddef.h>
#define attribute_hidden
#define libc_hidden_def(name)
#define libc_hidden_proto(name)
#define TIMEOUTFACTOR 1
#define _STACK_GROWS_DOWN 1
`;

/** Where glibc's tests look for what its build installs: nothing that these tests need. */
const paths = [
  ...[
    'SRCDIR',
    'OBJDIR',
    'OBJDIR_ELF_LDSO',
    'INSTDIR',
    'LIBDIR',
    'BINDIR',
    'SBINDIR',
    'SLIBDIR',
    'ROOTSBINDIR',
  ],
  'COMPLOCALEDIR',
].map((name) => `-D${name}_PATH="/nonexistent"`);

/** glibc's own tests, built from its source against the C library that is installed. */
export const glibc: Suite = {
  name: 'glibc',
  fewestCases: { quick: 45, whole: 45 },
  byDesign: {
    'tst-execvpe5': 'counts the variables that its child gets: a child is armed, whatever it gets',
  },
  prepare: () =>
    cachedFolder('glibc', async (folder) => {
      const source = join(folder, 'source');
      await unpackSource('glibc', source, neededParts);
      const flags = writeHeaders(folder, source);
      await buildSupport(folder, source, flags);
      await buildTests(folder, source, flags);
      for (const each of ['source', 'objects', 'headers']) rmSync(join(folder, each), { recursive: true });
    }),
  run: async (folder, scratch, _part, command) => {
    const outcomes = new Map<string, string>();
    for (const name of readdirSync(join(folder, 'programs')).sort()) {
      const program = join(folder, 'programs', name);
      const words = startThemselves.includes(name) ? ['--', program] : [];
      const { status } = await command([program, ...words], { cwd: scratch, env: { TMPDIR: scratch } });
      // 77 says that it cannot be tried here.
      outcomes.set(name, status === 0 ? 'passed' : status === 77 ? 'skipped' : `ended with ${status}`);
    }
    return outcomes;
  },
};

/** Makes the headers that glibc's build would make; gives the compiler's flags. */
function writeHeaders(folder: string, source: string): readonly string[] {
  const headers = join(folder, 'headers');
  mkdirSync(headers);
  for (const name of innerHeaders) cpSync(join(source, 'include', `${name}.h`), join(headers, `${name}.h`));
  const linux = join(source, 'sysdeps', 'unix', 'sysv', 'linux', 'arch-fd_to_filename.h');
  cpSync(linux, join(headers, 'arch-fd_to_filename.h'));
  for (const empty of ['config.h', 'stackinfo.h']) writeFileSync(join(headers, empty), '');
  writeFileSync(join(headers, 'definitions.h'), definitions);
  const includes = [headers, source, join(source, 'support')].map((path) => `-I${path}`);
  return [
    ...['-std=gnu11', '-O1', '-w', '-D_GNU_SOURCE', '-include', join(headers, 'definitions.h')],
    ...[...includes, ...paths, '-DOBJPFX="/tmp/"'],
  ];
}

/** The support library; a part of it that needs all of glibc does not compile and is left out. */
async function buildSupport(folder: string, source: string, flags: readonly string[]): Promise<void> {
  const objects = join(folder, 'objects');
  mkdirSync(objects);
  const parts = readdirSync(join(source, 'support'))
    .filter((file) => file.endsWith('.c') && !/^tst-|-container|^test-driver/.test(file))
    .map((file) => join(source, 'support', file));
  await run(['gcc', ...flags, '-c', ...parts], { cwd: objects });
  const made = readdirSync(objects).map((file) => join(objects, file));
  await runWell(['ar', 'rcs', join(objects, 'libsupport.a'), ...made]);
}

/** Builds the tests; one that needs all of glibc does not link and is left out. */
async function buildTests(folder: string, source: string, flags: readonly string[]): Promise<void> {
  const programs = join(folder, 'programs');
  const library = join(folder, 'objects', 'libsupport.a');
  mkdirSync(programs);
  const tests = ['posix', 'stdlib', 'libio', 'stdio-common']
    .flatMap((part) => readdirSync(join(source, part)).map((file) => `${part}/${file}`))
    .filter((file) => wanted.test(file) && !/-static|skeleton|compat/.test(file));
  for (const file of tests) {
    const program = join(programs, basename(file, '.c'));
    await run(['gcc', ...flags, join(source, file), library, '-lpthread', '-o', program]);
  }
}
