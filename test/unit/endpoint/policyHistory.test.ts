import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { fixturePolicy, startFixture } from './runningEndpoint.ts';
import type { EndpointFixture, RunningFixture } from './runningEndpoint.ts';

const another =
  'version: "1"\npolicies: [{name: another, rules: [{action: watch, when: {command_matches: [ls]}}]}]\n';

/** What the log tells of the policy, without the folder of this test. */
function told(fixture: RunningFixture): readonly unknown[] {
  return fixture
    .records()
    .filter(({ tool }) => tool === 'rampart')
    .map(({ request, decision, enforced }) => [
      (request as UnknownRecord)['command'],
      String((decision as UnknownRecord)['message']).replaceAll(`${dirname(fixture.policyFile)}/`, ''),
      enforced,
    ]);
}

async function reload(fixture: RunningFixture): Promise<void> {
  fixture.clock.time += 2_000;
  await fixture.call('POST', '/v1/policy/reload', {});
}

/** The next endpoint in the same place. */
async function restart(
  context: TestContext,
  { endpoint, folder }: RunningFixture,
  next: EndpointFixture = {},
): Promise<RunningFixture> {
  endpoint.stop('the test says so');
  await endpoint.ended;
  return startFixture(context, { folder, ...next });
}

test('tells in the log whenever another policy is in force, and of what', async (context) => {
  const fixture = await startFixture(context);
  await reload(fixture);
  assert.deepEqual(told(fixture), [], 'it is as it was');
  const file = join(dirname(fixture.policyFile), 'another.yaml');
  writeFileSync(file, another);
  await reload(fixture);
  writeFileSync(fixture.policyFile, fixturePolicy.replace(/^.*npm publish.*\n/m, ''));
  await reload(fixture);
  writeFileSync(file, another.replace('name: another', 'name: another, enabled: false'));
  await reload(fixture);
  rmSync(file);
  await reload(fixture);
  writeFileSync(fixture.policyFile, fixturePolicy.replace('default_action: allow', 'default_action: deny'));
  await reload(fixture);
  assert.deepEqual(told(fixture), [
    ['policy changed', 'policy another is in force (rules: 1); another.yaml is read', false],
    ['policy changed', 'policy fixture has other rules (2, before 3); fixture.yaml was changed', false],
    ['policy changed', 'policy another is out of force (rules: 1); another.yaml was changed', false],
    ['policy changed', 'another.yaml is not read any more', false],
    [
      'policy changed',
      'the default action is deny, it was allow; policy fixture has other rules (3, before 2); fixture.yaml was changed',
      false,
    ],
  ]);
});

test('tells what was changed while no endpoint ran, and nothing where nothing was', async (context) => {
  const first = await startFixture(context);
  const second = await restart(context, first);
  assert.deepEqual(told(second), []);
  const file = join(second.folder, 'named.yaml');
  writeFileSync(file, another);
  const policies = { bundleFolder: null, home: join(second.folder, 'home'), files: [file] };
  const third = await restart(context, second, { settings: { policies } });
  const fourth = await restart(context, third, { policy: fixturePolicy.replace(/^.*npm publish.*\n/m, '') });
  const since = 'since another endpoint ran: ';
  assert.deepEqual(told(fourth), [
    ['policy changed', `${since}policy another is in force (rules: 1); ${file} is read`, false],
    [
      'policy changed',
      `${since}policy another is out of force (rules: 1); policy fixture has other rules (2, before 3); ` +
        `${file} is not read any more; fixture.yaml was changed`,
      false,
    ],
  ]);
});

test('tells nothing of a broken file, whose last good text is in force, and puts aside what it cannot read', async (context) => {
  const fixture = await startFixture(context);
  writeFileSync(fixture.policyFile, 'policies: 7\n');
  await reload(fixture);
  assert.deepEqual(told(fixture), []);
  fixture.endpoint.stop('the test says so');
  await fixture.endpoint.ended;
  writeFileSync(fixture.paths.policy, '{"format":2}\n');
  const next = await startFixture(context, { folder: fixture.folder });
  assert.deepEqual(told(next), []);
  assert.deepEqual(
    readdirSync(fixture.paths.directory).filter((name) => name.startsWith('policy')),
    ['policy.json', 'policy.json.unreadable'],
  );
});
