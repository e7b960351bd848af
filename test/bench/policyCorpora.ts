import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { EvaluationWorld } from '../../src/policy/evaluationWorld.ts';
import type { PolicySet } from '../../src/policy/policySet.ts';
import { isPermitted } from '../../src/protocol/decision.ts';
import type { ExecRequest } from '../../src/protocol/execRequest.ts';
import { imagineRequest } from '../unit/policy/policyWorld.ts';

/** How a policy does on one category of commands. */
export interface CorpusScore {
  readonly category: string;
  readonly count: number;
  readonly denied: number;
  readonly asked: number;
  /** Those that should have been stopped and were not, or the other way round. */
  readonly wrong: readonly string[];
}

const folder = 'test/bench/corpora';

type Categories = Readonly<Record<string, readonly string[]>>;

/** Commands of everyday work, which should not be interrupted. */
export function scoreEveryday(set: PolicySet, world: EvaluationWorld): readonly CorpusScore[] {
  const calls = parse(readFileSync(`${folder}/everydayCalls.yaml`, 'utf8')) as readonly (readonly string[])[];
  const requests = calls.map((argv) =>
    imagineRequest({ argv, exe: argv[0] ?? null, command: argv.join(' ') }),
  );
  return [
    ...scoreTexts('everyday.yaml', true, set, world),
    score('programs of builds', requests, true, { set, world }),
  ];
}

/** Commands that should be stopped, or at least asked about. */
export function scoreDangerous(set: PolicySet, world: EvaluationWorld): readonly CorpusScore[] {
  return scoreTexts('dangerous.yaml', false, set, world);
}

function scoreTexts(
  file: string,
  isWanted: boolean,
  set: PolicySet,
  world: EvaluationWorld,
): readonly CorpusScore[] {
  const categories = parse(readFileSync(`${folder}/${file}`, 'utf8')) as Categories;
  return Object.entries(categories).map(([category, commands]) =>
    score(
      category,
      commands.map((command) => imagineRequest({ command })),
      isWanted,
      { set, world },
    ),
  );
}

function score(
  category: string,
  requests: readonly ExecRequest[],
  isWanted: boolean,
  { set, world }: { readonly set: PolicySet; readonly world: EvaluationWorld },
): CorpusScore {
  const decided = requests.map((request) => ({ request, action: evaluate(set, request, world).action }));
  return {
    category,
    count: decided.length,
    denied: decided.filter(({ action }) => action === 'deny').length,
    asked: decided.filter(({ action }) => action === 'ask').length,
    wrong: decided
      .filter(({ action }) => isPermitted(action) !== isWanted)
      .map(({ request }) => request.command),
  };
}
