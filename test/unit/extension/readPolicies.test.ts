import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { EndpointClient } from '../../../src/client/endpointClient.ts';
import { readPolicies, type PolicyContents } from '../../../src/extension/policy/readPolicies.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const pushing = `version: "1"
policies:
  - name: pushing
    rules:
      - action: deny
        when: { command_matches: ["git push --force*"] }
        message: "it may be somebody else's work"
`;

/** What is read where no endpoint runs, with these files among the user's own. */
function readWithout(context: TestContext, files: Readonly<Record<string, string>>): Promise<PolicyContents> {
  const home = temporaryFolder(context);
  const folder = join(home, '.rampart/policies');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const client = new EndpointClient({ kind: 'socket', path: join(home, 'nobody.sock') });
  return readPolicies({ client, home, bundleFolder: '.', namedFiles: () => [] });
}

const namesOf = ({ files }: PolicyContents): readonly string[] =>
  files.map(({ file }) => file.slice(file.lastIndexOf('/') + 1)).sort();

describe('policies where no endpoint runs', () => {
  it('are those that would be in force, and not in force', async (context) => {
    const read = await readWithout(context, { 'mine.yaml': pushing });
    assert.deepEqual(namesOf(read), ['default.yaml', 'mine.yaml']);
    assert.deepEqual([read.isInForce, read.problems], [false, []]);
  });

  it('are none of a file that has none: as an endpoint would tell', async (context) => {
    const packs = 'version: "1"\npolicies: []\n';
    const read = await readWithout(context, { 'packs.yaml': packs, 'mine.yaml': pushing });
    assert.deepEqual(namesOf(read), ['default.yaml', 'mine.yaml']);
  });

  it('are none that a file switches off; of these it is told that they are packs that are off', async (context) => {
    const packs = 'version: "1"\npolicies:\n  - name: default-deletion\n    enabled: false\n';
    const read = await readWithout(context, { 'packs.yaml': packs });
    assert.deepEqual(namesOf(read), ['default.yaml']);
    assert.equal(read.packs.find(({ name }) => name === 'default-deletion')?.isOn, false);
  });

  it('tell of a file that could not be used', async (context) => {
    const read = await readWithout(context, { 'mine.yaml': pushing.replace('message', 'mesage') });
    assert.deepEqual(namesOf(read), ['default.yaml']);
    assert.match(read.problems[0]?.message ?? '', /mesage/);
  });
});
