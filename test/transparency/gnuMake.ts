import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder } from '../support/cache.ts';
import { unpackSource } from '../support/debian.ts';
import type { Suite } from './suite.ts';

/** Those that say most about starting programs, in a few seconds. */
const quick = [
  'features/export',
  'features/jobserver',
  'features/recursion',
  'features/shell_assignment',
  'functions/shell',
  'targets/ONESHELL',
  'targets/POSIX',
];

/** GNU make's own tests, against the system's make. */
export const gnuMake: Suite = {
  name: 'GNU make',
  fewestCases: { quick: 5, whole: 100 },
  byDesign: {},
  prepare: () => cachedFolder('make', (folder) => unpackSource('make-dfsg', folder, ['*/tests'])),
  run: async (folder, scratch, part, command) => {
    const tests = join(scratch, 'tests');
    cpSync(join(folder, 'tests'), tests, { recursive: true });
    const words = ['run_make_tests.pl', '-make', '/usr/bin/make', ...(part === 'quick' ? quick : [])];
    // What it says on standard error would stand anywhere between the lines.
    const { printed } = await command(['perl', ...words], { cwd: tests });
    const outcomes = new Map<string, string>();
    for (const match of printed.matchAll(/^(\w+\/[\w.+-]+) \.+ (.+)$/gm))
      outcomes.set(match[1] ?? '', (match[2] ?? '').replaceAll(/\s+/g, ' ').trim());
    return outcomes;
  },
};
