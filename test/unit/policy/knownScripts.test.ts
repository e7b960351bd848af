import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { Decision } from '../../../src/protocol/decision.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';
import type { ImaginedWorld } from './policyWorld.ts';

const { set } = parsePolicySet([
  { file: 'default.yaml', text: readFileSync('policies/default.yaml', 'utf8'), origin: 'builtin' },
]);

interface Run {
  readonly text: string;
  readonly parameters?: readonly string[];
  readonly cwd?: string;
  readonly world?: ImaginedWorld;
}

/** Decides with one reader about one run after the other. */
async function decideInTurn(runs: readonly Run[]): Promise<readonly Decision[]> {
  const reader = await openShellReader();
  return runs.map(({ text, parameters = [], cwd = '/home/ada/project', world = {} }) => {
    const argv = ['sh', '-c', text, ...parameters];
    const request = imagineRequest({ argv, exe: '/bin/sh', cwd, command: argv.join(' ') });
    return evaluate(set, request, imagineWorld(reader, world));
  });
}

/** As long as a recipe of a makefile. */
const long = `echo ${'so '.repeat(1_000)}; rm -rf "$1"`;

describe('a shell text that was read before', () => {
  it('is judged by the parameters, the directory and the home of its own call', async () => {
    const runs: readonly Run[] = [
      { text: 'rm -rf "$1"', parameters: ['sh', 'dist'] },
      { text: 'rm -rf "$1"', parameters: ['sh', '/etc'] },
      { text: 'rm -rf $(pwd)/build' },
      { text: 'rm -rf $(pwd)/build', cwd: '/etc' },
      { text: 'rm -rf build' },
      { text: 'rm -rf build', cwd: '/etc' },
      { text: 'rm -rf ~/src', world: { home: '/tmp/home' } },
      { text: 'rm -rf ~/src', world: { home: '/etc' } },
      { text: long, parameters: ['sh', 'dist'] },
      { text: long, parameters: ['sh', '/etc'] },
      { text: long },
      { text: long, parameters: ['sh', '/etc'] },
    ];
    const actions = (await decideInTurn(runs)).map(({ action }) => action);
    const alternating = ['allow', 'deny', 'allow', 'deny'];
    assert.deepEqual(actions, [...alternating, ...alternating, ...alternating]);
  });

  it('is judged by itself when many others were read since', async () => {
    const others = Array.from({ length: 300 }, (_, index) => ({
      text: `echo ${String(index)}; rm -rf dist`,
    }));
    const [first] = await decideInTurn([{ text: 'rm -rf /etc' }]);
    const decisions = await decideInTurn([{ text: 'rm -rf /etc' }, ...others, { text: 'rm -rf /etc' }]);
    assert.deepEqual([decisions[0], decisions.at(-1)], [first, first]);
    assert.ok(others.every((_, index) => decisions[index + 1]?.action === 'allow'));
  });

  it('is read by the grammar as soon as there is time for it', async () => {
    let reads = 0;
    const late = { elapsed: () => (reads += 1) * 50 };
    const text = 'git status && npm test';
    const [hurried, unhurried, again] = await decideInTurn([{ text, world: late }, { text }, { text }]);
    assert.equal(hurried?.cacheable, undefined);
    assert.equal(unhurried?.cacheable, true);
    assert.equal(again?.cacheable, true);
  });
});
