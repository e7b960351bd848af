import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { conditionKeys } from '../../../src/policy/parseCondition.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import { targetClasses } from '../../../src/policy/targetClass.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';

const page = readFileSync('docs/policy-reference.md', 'utf8');
const world = imagineWorld(await openShellReader());

/** A policy of the page, and what the page says that it decides. */
interface Example {
  readonly heading: string;
  readonly policy: string;
  readonly decisions: readonly string[];
}

function examplesOf(text: string): readonly Example[] {
  const pattern = /^#+ (.+)$|^```yaml\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```)?/gm;
  let heading = '';
  return [...text.matchAll(pattern)].flatMap(([, title, policy, decisions]) => {
    heading = title ?? heading;
    return policy === undefined
      ? []
      : [{ heading, policy, decisions: (decisions ?? '').split('\n').filter(Boolean) }];
  });
}

describe('the policy reference', () => {
  const examples = examplesOf(page);

  for (const [index, { heading, policy, decisions }] of examples.entries())
    it(`is right in example ${index + 1}, ${heading}`, () => {
      const { set, problems } = parsePolicySet([{ file: 'example.yaml', text: policy, origin: 'user' }]);
      assert.deepEqual(problems, []);
      const decided = decisions.map((line) => {
        const command = line.replace(/ => \w+$/, '');
        return `${command} => ${evaluate(set, imagineRequest({ command }), world).action}`;
      });
      assert.deepEqual(decided, decisions);
    });

  it('has an example with decisions for each kind of condition on a command', () => {
    assert.ok(examples.filter(({ decisions }) => decisions.length > 0).length >= 12);
  });

  it('names every condition and every place', () => {
    const missing = [...conditionKeys, ...targetClasses].filter(
      (name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}:`),
    );
    assert.deepEqual(missing, []);
  });
});
