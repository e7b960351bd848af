import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { scanShellText } from '../../../src/policy/scanShellText.ts';
import type { ShellReader } from '../../../src/policy/shellReader.ts';
import { casesFolder, decideCases } from './policyCases.ts';
import { openShellReader } from './policyWorld.ts';

const grammar = await openShellReader();

/** What is left when the grammar's bounds are met. */
const fallback: ShellReader = { read: (text, variables) => scanShellText(text, variables) };

for (const [name, reader] of Object.entries({ grammar, fallback }))
  describe(`a policy decides with the ${name}`, () => {
    for (const folder of readdirSync(casesFolder))
      it(`as ${folder}/cases.yaml says`, async () => {
        const { count, wrong } = await decideCases(folder, reader);
        assert.deepEqual(wrong, []);
        assert.notEqual(count, 0);
      });
  });
