import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Rampart } from '../support/rampart.ts';
import { checkCoverage } from '../transparency/checkCoverage.ts';

test('a build has one record for each exec that the kernel carries out, and no other', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const project = join(rampart.folder, 'project');
  cpSync(join('test', 'transparency', 'project'), project, { recursive: true });
  const { execs, denied, explained, failed, killed } = await checkCoverage(rampart, ['make', '-j2'], project);
  assert.ok(execs >= 40, String(execs));
  assert.deepEqual([denied, explained, failed, killed], [6, 4, 1, 1]);
});
