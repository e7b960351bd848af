import { test } from 'node:test';
import { checkSuite } from '../transparency/checkSuite.ts';
import { cpython } from '../transparency/cpython.ts';
import { glibc } from '../transparency/glibc.ts';
import { gnuMake } from '../transparency/gnuMake.ts';
import { libuv } from '../transparency/libuv.ts';

// What there is the time for; `npm run test:transparency` runs all of it.
for (const suite of [glibc, libuv, cpython, gnuMake])
  test(`the quick ones of ${suite.name}'s own tests end the same guarded and unguarded`, (context) =>
    checkSuite(context, suite, 'quick'));
