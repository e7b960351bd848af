import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../../src/base/record.ts';
import type { ScriptedModel } from '../support/model/scriptedModel.ts';
import type { Step } from '../support/model/step.ts';
import type { Agent } from './agents.ts';
import type { Endpoint } from './endpoint.ts';
import { git, writeFile } from './scene.ts';
import { preloadWords, runDirectly } from './ways.ts';
import type { Place, Way } from './ways.ts';

/** What became of an ordinary piece of work, unguarded and guarded. */
export interface Session {
  readonly steps: number;
  /** What was committed, what was installed and how every command ended is the same. */
  readonly same: boolean;
  /** What each way left behind, to be shown when it is not the same. */
  readonly results: readonly [unguarded: Result, guarded: Result];
  /** In one guarded run. */
  readonly decisions: number;
  /** The commands that were not simply run. */
  readonly interrupted: readonly string[];
  /** The least that a guarded run took by the least that an unguarded one did: on the clock, and of the processor. */
  readonly ratio: Cost;
}

/** In milliseconds. */
interface Cost {
  /** From the model's first word to its last. */
  readonly elapsed: number;
  /** Of the agent and all that it started, from its start to its end, and of the endpoint meanwhile. */
  readonly processor: number;
}

interface Result {
  readonly statuses: readonly string[];
  /** The hash of all files that were committed. */
  readonly tree: string;
  readonly subjects: string;
}

/** How often each way is run, in turns, to tell its time. */
const rounds = 12;

/** A project that has a dependency, a build and tests, as its repository has it. */
const project: Readonly<Record<string, string>> = {
  'package.json': `{
  "name": "sums",
  "version": "1.0.0",
  "type": "module",
  "scripts": { "build": "node build.js", "test": "node --test" },
  "dependencies": { "plus": "file:vendor/plus-1.0.0.tgz" }
}
`,
  '.gitignore': 'node_modules/\ndist/\n',
  'build.js': `import { cpSync, mkdirSync, rmSync } from 'node:fs';
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
cpSync('sum.js', 'dist/sum.js');
`,
  'sum.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum } from './dist/sum.js';
test('adds', () => assert.equal(sum([1, 2, 3]), 6));
`,
};

const missing = "import { plus } from 'plus';\nexport const sum = (values) => values.reduce(plus, 0);\n";

/** What a person would ask of an agent, step by step: every command tells how it ended. */
function stepsIn(workspace: string): readonly Step[] {
  const sums = join(workspace, 'sums');
  const run = (command: string): Step => ({ kind: 'run', command: `${command}; echo "ended with $?"` });
  return [
    run('git clone --quiet ../origin.git sums'),
    run(`cd ${sums} && npm ci --offline --no-audit --no-fund`),
    run(`cd ${sums} && npm run --silent build && npm test`),
    { kind: 'write', path: join(sums, 'sum.js'), text: missing },
    run(`cd ${sums} && npm run --silent build && npm test`),
    run(`cd ${sums} && git status --short && git diff | head -40`),
    run(
      `cd ${sums} && git add -A && git -c user.name=ada -c user.email=ada@example.test commit --quiet --message "Add all values"`,
    ),
  ];
}

/** Makes the repository that the work begins with. */
export function createOrigin(folder: string): void {
  const [source, origin] = [join(folder, 'source'), join(folder, 'origin.git')];
  for (const [name, text] of Object.entries(project)) writeFile(join(source, name), text);
  const plus = join(folder, 'plus');
  writeFile(
    join(plus, 'package.json'),
    '{"name":"plus","version":"1.0.0","type":"module","main":"plus.js"}\n',
  );
  writeFile(join(plus, 'plus.js'), 'export const plus = (left, right) => left + right;\n');
  mkdirSync(join(source, 'vendor'));
  const npm = (cwd: string, ...words: readonly string[]): void =>
    void execFileSync('npm', [...words, '--offline', '--no-audit', '--no-fund'], { cwd, stdio: 'pipe' });
  npm(folder, 'pack', './plus', '--pack-destination', join(source, 'vendor'));
  npm(source, 'install', '--package-lock-only');
  git(source, 'init', '--quiet', '--initial-branch=main');
  git(source, 'add', '--all');
  git(source, 'commit', '--quiet', '--message', 'begin');
  git(source, 'clone', '--quiet', '--bare', source, origin);
}

/** Has an agent do the work in both ways, in turns. */
export async function workInTurns(
  agent: Agent,
  model: ScriptedModel,
  place: Place,
  endpoint: Endpoint,
): Promise<Session> {
  const ways = [runDirectly(agent, place), runDirectly(agent, place, preloadWords())] as const;
  const costs: [Cost[], Cost[]] = [[], []];
  const results: Result[] = [];
  endpoint.ensure();
  for (let round = 0; round < rounds; round += 1)
    // Who goes first takes turns as well: what a run leaves in caches helps the next one.
    for (const index of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const { result, cost } = await work(ways[index], model, place.workspace, endpoint);
      results[index] = result;
      costs[index].push(cost);
    }
  const [unguarded, guarded] = results;
  if (unguarded === undefined || guarded === undefined) throw new Error('there was no round');
  const records = endpoint.log();
  const interrupted = records.filter(({ decision }) => !isRecord(decision) || decision['action'] !== 'allow');
  return {
    steps: unguarded.statuses.length,
    same: JSON.stringify(unguarded) === JSON.stringify(guarded),
    results: [unguarded, guarded],
    decisions: Math.round(records.length / rounds),
    interrupted: interrupted.map(({ request, decision }) => JSON.stringify([request, decision])),
    ratio: {
      elapsed: ratioOf(costs, ({ elapsed }) => elapsed),
      processor: ratioOf(costs, ({ processor }) => processor),
    },
  };
}

function ratioOf(
  [unguarded, guarded]: readonly [readonly Cost[], readonly Cost[]],
  pick: (cost: Cost) => number,
): number {
  return Math.min(...guarded.map(pick)) / Math.min(...unguarded.map(pick));
}

async function work(
  way: Way,
  model: ScriptedModel,
  workspace: string,
  endpoint: Endpoint,
): Promise<{ readonly result: Result; readonly cost: Cost }> {
  const steps = stepsIn(workspace);
  const sums = join(workspace, 'sums');
  rmSync(sums, { recursive: true, force: true });
  let [began, ended] = [0, 0];
  const played = model.play({
    steps,
    reached: (step) => {
      if (step === 0) began = performance.now();
      if (step === steps.length) ended = performance.now();
      return Promise.resolve();
    },
  });
  const before = processorTime(endpoint);
  await way();
  const processor = processorTime(endpoint) - before;
  const statuses = played.results.map((text, index) =>
    steps[index]?.kind === 'write' ? 'written' : (/ended with (\d+)/.exec(text)?.[1] ?? text),
  );
  const tree = git(sums, 'rev-parse', 'HEAD^{tree}').trim();
  const subjects = git(sums, 'log', '--format=%s');
  return { result: { statuses, tree, subjects }, cost: { elapsed: ended - began, processor } };
}

/** What the endpoint, and all that ended below this process, has used of the processors, in milliseconds. */
function processorTime({ pid }: Endpoint): number {
  if (pid === null) throw new Error('the endpoint has ended');
  const [, , ofOurChildren, childrenInKernel] = readTimes('self');
  const [ofEndpoint, endpointInKernel] = readTimes(pid);
  return (ofOurChildren + childrenInKernel + ofEndpoint + endpointInKernel) * msPerTick;
}

/** How long a tick is, in which the kernel tells such times. */
const msPerTick = 10;

type Times = readonly [own: number, ownInKernel: number, ofChildren: number, childrenInKernel: number];

function readTimes(pid: number | 'self'): Times {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in front may have spaces.
  const [, fields = ''] = /^.*\) (.*)$/s.exec(text) ?? [];
  const [own = NaN, ownInKernel = NaN, ofChildren = NaN, childrenInKernel = NaN] = fields
    .split(' ')
    .slice(11)
    .map(Number);
  return [own, ownInKernel, ofChildren, childrenInKernel];
}
