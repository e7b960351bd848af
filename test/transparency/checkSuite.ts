import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { Rampart } from '../support/rampart.ts';
import { compareOutcomes } from './outcomes.ts';
import type { Outcomes } from './outcomes.ts';
import { run } from '../support/run.ts';
import type { Part, Suite } from './suite.ts';

/** How often a suite runs unguarded at first, and at most when a guarded run differs. */
const plainRuns = { quick: 1, whole: 2 };
const maxPlainRuns = 4;

/** How long the endpoint may be there, in milliseconds: longer than any suite runs. */
const maxEndpointMs = 3_600_000;

const library = resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so');

/** Runs a suite unguarded, guarded with an endpoint that allows everything, and guarded with nobody to ask. */
export async function checkSuite(context: TestContext, suite: Suite, part: Part): Promise<void> {
  const folder = await suite.prepare();
  const allowed = new Rampart(context, maxEndpointMs);
  const unanswered = new Rampart(context);
  writeFileSync(allowed.policy, 'version: "1"\ndefault_action: allow\npolicies: []\n');
  await allowed.serve();
  mkdirSync(unanswered.stateDirectory, { mode: 0o700 });

  const inWay = (rampart: Rampart, guard: Record<string, string>): Promise<Outcomes> =>
    suite.run(folder, mkdtempSync(join(rampart.folder, 'scratch-')), part, (command, options = {}) =>
      run(command, { ...options, env: rampart.environment({ ...options.env, ...guard }) }),
    );
  const plain: Outcomes[] = [];
  const runPlain = async (): Promise<void> => void plain.push(await inWay(unanswered, {}));
  for (let count = 0; count < plainRuns[part]; count += 1) await runPlain();
  const guarded = new Map([
    ['an endpoint that allows', await inWay(allowed, guardOf(allowed))],
    ['nobody to ask', await inWay(unanswered, guardOf(unanswered))],
  ]);

  const judge = (): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries([...guarded].map(([way, outcomes]) => [way, findSurprises(suite, plain, outcomes)]));
  // Only another unguarded run can tell that a case is unsteady by itself.
  while (Object.values(judge()).flat().length > 0 && plain.length < maxPlainRuns) await runPlain();
  const { cases, unsteady } = compareOutcomes(plain, new Map());
  context.diagnostic(
    `${suite.name}: ${cases} cases, ${plain.length} unguarded runs; unsteady: ${unsteady.join(', ') || 'none'}`,
  );
  assert.deepEqual(judge(), Object.fromEntries([...guarded.keys()].map((way) => [way, []])));
  assert.ok(cases >= suite.fewestCases[part], `only ${cases} cases`);
  assertGuarded(allowed, unanswered);
}

/** Differences that nobody wanted, and wanted ones that are not there. */
function findSurprises(suite: Suite, plain: readonly Outcomes[], guarded: Outcomes): readonly string[] {
  const { differences } = compareOutcomes(plain, guarded);
  const wanted = Object.keys(suite.byDesign).filter((name) => guarded.has(name));
  return [
    ...differences.filter(({ name }) => !wanted.includes(name)).map(({ text }) => text),
    ...wanted
      .filter((name) => differences.every((difference) => difference.name !== name))
      .map((name) => `${name}: no difference although ${suite.byDesign[name] ?? ''}`),
  ];
}

function guardOf(rampart: Rampart): Record<string, string> {
  return { LD_PRELOAD: library, RAMPART_URL: `unix://${rampart.stateDirectory}/endpoint.sock` };
}

/** A run says nothing when the library was not there: both must have left traces. */
function assertGuarded(allowed: Rampart, unanswered: Rampart): void {
  assert.notEqual(allowed.endpointPid, null, 'the endpoint ended before the suite did');
  const audit = join(allowed.stateDirectory, 'audit');
  const days = readdirSync(audit).map((name) => readFileSync(join(audit, name), 'utf8'));
  assert.match(days.join(''), /"tool":"exec"/);
  assert.ok(statSync(join(unanswered.stateDirectory, 'journal')).size > 0, 'nothing in the journal');
}
