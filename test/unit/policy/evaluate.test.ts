import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { casesFolder, decideCases } from './policyCases.ts';
import { openShellReader } from './policyWorld.ts';

const reader = await openShellReader();

describe('a policy decides', () => {
  for (const folder of readdirSync(casesFolder))
    it(`as ${folder}/cases.yaml says`, async () => {
      const { count, wrong } = await decideCases(folder, reader);
      assert.deepEqual(wrong, []);
      assert.notEqual(count, 0);
    });
});
