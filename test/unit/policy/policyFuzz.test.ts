import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fuzzTargets } from './policyFuzz.ts';
import '../../support/propertySeed.ts';

/** A taste; `npm run fuzz:policy` takes minutes. */
const runs = 100;

describe('no defect, no hang and no error comes of', () => {
  for (const [name, property] of Object.entries(fuzzTargets))
    it(name, () => fc.assert(property, { numRuns: runs }));
});
