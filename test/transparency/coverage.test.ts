import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Rampart } from '../support/rampart.ts';
import { cachedFolder } from '../support/cache.ts';
import { checkCoverage } from './checkCoverage.ts';
import { unpackSource } from '../support/debian.ts';

/** How long the endpoint may be there, in milliseconds: longer than a build takes. */
const maxEndpointMs = 900_000;

test('the build of a Debian package has one record for each exec that the kernel carries out', async (context) => {
  const source = await cachedFolder('hello', (folder) => unpackSource('hello', folder));
  const rampart = new Rampart(context, maxEndpointMs);
  writeFileSync(rampart.policy, 'version: "1"\ndefault_action: allow\npolicies: []\n');
  await rampart.serve();
  const copy = join(rampart.folder, 'hello');
  cpSync(source, copy, { recursive: true, preserveTimestamps: true });
  const build = ['sh', '-c', './configure && make -j2 && make check'];
  const { execs, denied } = await checkCoverage(rampart, build, copy);
  context.diagnostic(`${execs} execs`);
  assert.ok(execs >= 1000, String(execs));
  assert.equal(denied, 0);
});
