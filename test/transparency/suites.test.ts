import { test } from 'node:test';
import { checkSuite } from './checkSuite.ts';
import { cpython } from './cpython.ts';
import { glibc } from './glibc.ts';
import { gnuMake } from './gnuMake.ts';
import { libuv } from './libuv.ts';

for (const suite of [glibc, libuv, cpython, gnuMake])
  test(`${suite.name}'s own tests end the same guarded and unguarded`, (context) =>
    checkSuite(context, suite, 'whole'));
