import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describePolicyFile } from '../../../src/policy/describePolicyFile.ts';
import { listPacks } from '../../../src/policy/listPacks.ts';

const builtIn = {
  file: '/b/default.yaml',
  origin: 'builtin',
  text: `version: "1"
policies:
  - name: default-git
    description: What was committed.
    rules:
      - action: deny
        when: { command_matches: ["git push --force*"] }
        message: rewrites
      - action: ask
        when: { command_matches: ["git gc*"] }
`,
} as const;
const user = (text: string): Parameters<typeof listPacks>[0][number] => ({
  file: '/u/packs.yaml',
  origin: 'user',
  text,
});

it('says of each pack what it is about and whether it is on', () => {
  const [pack] = listPacks([builtIn]);
  assert.deepEqual(pack, {
    name: 'default-git',
    rules: 2,
    description: 'What was committed.',
    isOn: true,
    replacedBy: null,
  });
  const [off] = listPacks([builtIn, user('policies:\n  - {name: default-git, enabled: false}\n')]);
  assert.deepEqual([off?.isOn, off?.replacedBy], [false, '/u/packs.yaml']);
});

it('leaves a pack on where the file that switches it off cannot be read', () => {
  const [pack] = listPacks([builtIn, user('policies: [')]);
  assert.equal(pack?.isOn, true);
});

it('tells each rule with its line', () => {
  assert.deepEqual(describePolicyFile(builtIn), [
    {
      name: 'default-git',
      line: 3,
      description: 'What was committed.',
      rules: [
        { action: 'deny', message: 'rewrites', line: 6 },
        { action: 'ask', message: '', line: 9 },
      ],
    },
  ]);
});
