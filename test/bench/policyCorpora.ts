import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { EvaluationWorld } from '../../src/policy/evaluationWorld.ts';
import type { PolicySet } from '../../src/policy/policySet.ts';
import { isPermitted } from '../../src/protocol/decision.ts';
import type { ExecRequest } from '../../src/protocol/execRequest.ts';
import { imagineRequest } from '../unit/policy/policyWorld.ts';

/** How a policy does on one category of commands. */
export interface CorpusScore {
  readonly round: string;
  readonly category: string;
  readonly count: number;
  readonly denied: number;
  readonly asked: number;
  readonly cacheable: number;
  /** Those that should have been stopped and were not, or the other way round. */
  readonly wrong: readonly string[];
}

const folder = 'test/bench/corpora';

/** Every command of a kind, each once. */
export function commandsOf(kind: 'dangerous' | 'everyday'): readonly string[] {
  const lists = Object.values(
    parse(readFileSync(`${folder}/${kind}.yaml`, 'utf8')) as Readonly<Record<string, readonly string[]>>,
  ).flat();
  const rounds = readRounds(kind).flatMap(({ commands }) => commands);
  return [...new Set([...lists, ...rounds])];
}

/** Who decides, and whether the commands should start. */
interface Trial {
  readonly set: PolicySet;
  readonly world: EvaluationWorld;
  readonly isWanted: boolean;
}

/** Commands of everyday work, which should not be interrupted. */
export function scoreEveryday(set: PolicySet, world: EvaluationWorld): readonly CorpusScore[] {
  const trial = { set, world, isWanted: true };
  const calls = parse(readFileSync(`${folder}/everydayCalls.yaml`, 'utf8')) as readonly (readonly string[])[];
  const requests = calls.map((argv) =>
    imagineRequest({ argv, exe: argv[0] ?? null, command: argv.join(' ') }),
  );
  return [
    ...scoreLists('everyday.yaml', trial),
    score('first', 'programs of builds', requests, trial),
    ...scoreRounds('everyday', trial),
  ];
}

/** Commands that should be stopped, or at least asked about. */
export function scoreDangerous(set: PolicySet, world: EvaluationWorld): readonly CorpusScore[] {
  const trial = { set, world, isWanted: false };
  return [...scoreLists('dangerous.yaml', trial), ...scoreRounds('dangerous', trial)];
}

/** The first two rounds: lists of commands by category, the second round as a category of its own. */
function scoreLists(file: string, trial: Trial): readonly CorpusScore[] {
  const categories = parse(readFileSync(`${folder}/${file}`, 'utf8')) as Readonly<
    Record<string, readonly string[]>
  >;
  return Object.entries(categories).map(([category, commands]) =>
    scoreTexts(category === 'second round' ? 'second' : 'first', category, commands, trial),
  );
}

/** The later rounds, a file each: texts of one command a line, by category. */
function scoreRounds(kind: 'dangerous' | 'everyday', trial: Trial): readonly CorpusScore[] {
  return readRounds(kind).map(({ round, category, commands }) =>
    scoreTexts(round, category, commands, trial),
  );
}

interface RoundCategory {
  readonly round: string;
  readonly category: string;
  readonly commands: readonly string[];
}

function readRounds(kind: 'dangerous' | 'everyday'): readonly RoundCategory[] {
  return readdirSync(`${folder}/rounds`).flatMap((file) => {
    const round = parse(readFileSync(`${folder}/rounds/${file}`, 'utf8')) as Readonly<
      Record<typeof kind, Readonly<Record<string, string | readonly string[]>>>
    >;
    return Object.entries(round[kind]).map(([category, text]) => ({
      round: file.replace('.yaml', ''),
      category,
      commands: linesOf(text),
    }));
  });
}

/** A category is a text of one command a line, or a list where a command has several lines. */
function linesOf(text: string | readonly string[]): readonly string[] {
  return typeof text === 'string' ? text.trim().split('\n') : text;
}

function scoreTexts(round: string, category: string, commands: readonly string[], trial: Trial): CorpusScore {
  const requests = commands.map((command) => imagineRequest({ command }));
  return score(round, category, requests, trial);
}

function score(
  round: string,
  category: string,
  requests: readonly ExecRequest[],
  { set, world, isWanted }: Trial,
): CorpusScore {
  const decided = requests.map((request) => ({ request, decision: evaluate(set, request, world) }));
  const countOf = (action: string): number =>
    decided.filter(({ decision }) => decision.action === action).length;
  return {
    round,
    category,
    count: decided.length,
    denied: countOf('deny'),
    asked: countOf('ask'),
    cacheable: decided.filter(({ decision }) => decision.cacheable === true).length,
    wrong: decided
      .filter(({ decision }) => isPermitted(decision.action) !== isWanted)
      .map(({ request }) => request.command),
  };
}
