import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import { commandsOf, scoreDangerous, scoreEveryday } from '../../bench/policyCorpora.ts';
import type { CorpusScore } from '../../bench/policyCorpora.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { isPermitted } from '../../../src/protocol/decision.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';

const reader = await openShellReader();
const world = imagineWorld(reader);
const { set } = parsePolicySet([
  { file: 'default.yaml', text: readFileSync('policies/default.yaml', 'utf8'), origin: 'builtin' },
]);

const share = (scores: readonly CorpusScore[]): number =>
  scores.reduce((sum, { wrong }) => sum + wrong.length, 0) /
  scores.reduce((sum, { count }) => sum + count, 0);

describe('the default policy', () => {
  it('interrupts at most one in two hundred commands of everyday work', () => {
    const scores = scoreEveryday(set, world);
    assert.ok(share(scores) <= 0.005, scores.flatMap(({ wrong }) => wrong).join('\n'));
  });

  it('stops at least 99 of a hundred dangerous commands', () => {
    const scores = scoreDangerous(set, world);
    assert.ok(share(scores) <= 0.01, scores.flatMap(({ wrong }) => wrong).join('\n'));
  });

  it('is the same to root, whose home lies elsewhere', () => {
    const root = imagineWorld(reader, { home: '/root', workspace: '/root/project' });
    const other = [...commandsOf('everyday'), ...commandsOf('dangerous')]
      .filter((_command, index) => index % 6 === 0)
      .filter((command) => {
        const moved = command.replaceAll('/home/ada', '/root').replaceAll('../ada/', '../root/');
        const here = evaluate(set, imagineRequest({ command }), world);
        const there = evaluate(set, imagineRequest({ command: moved, cwd: '/root/project' }), root);
        return isPermitted(here.action) !== isPermitted(there.action);
      });
    assert.deepEqual(other, []);
  });

  it('says why, and what to do, in every rule', () => {
    for (const { rules } of set.policies)
      for (const { message, reference } of rules) {
        assert.match(
          message,
          /; .|until nothing works|a shell here/,
          `${reference.policy}#${reference.index + 1}`,
        );
        assert.doesNotMatch(message, /[.!]$/);
      }
  });
});
