import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findRefusals } from '../../../src/presentation/refusalLink.ts';

const refusal =
  'rampart: denied `rm -rf ../precious` by rule default-deletion#2: deletion outside the workspace. Do not try another way; a person can change the policy. [0123abcd]';

it('finds a refusal in a line, from its first word to the id', () => {
  const [found] = findRefusals(`$ ${refusal} more`);
  assert.deepEqual(found, { start: 2, length: refusal.length, id: '0123abcd' });
});

it('finds several, each with its own id', () => {
  const ids = findRefusals(`${refusal} ${refusal.replace('0123abcd', 'fedcba98')}`).map(({ id }) => id);
  assert.deepEqual(ids, ['0123abcd', 'fedcba98']);
});

it('finds nothing where nobody was refused, or no record was made', () => {
  for (const line of ['ls -l', 'rampart: denied `x`: no endpoint', 'rampart: allowed `x` [0123abcd]'])
    assert.deepEqual(findRefusals(line), []);
});
