// How well the default policy decides, and how long it takes. Times are CPU time of this process, so that a busy machine
// changes them little; ratios are what counts.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { tuneEngine } from '../../src/endpoint/tuneEngine.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../src/policy/parsePolicySet.ts';
import type { PolicySet } from '../../src/policy/policySet.ts';
import type { ExecRequest } from '../../src/protocol/execRequest.ts';
import { imagineRequest, imagineWorld, openShellReader } from '../unit/policy/policyWorld.ts';
import { scoreDangerous, scoreEveryday } from './policyCorpora.ts';
import type { CorpusScore } from './policyCorpora.ts';

/** What a round scored before anything was changed for it: wrong ones, and how many there were. */
const firstRuns: Readonly<Record<string, { readonly dangerous: string; readonly everyday: string }>> = {
  first: { dangerous: '45 of 342', everyday: '1 of 505' },
  second: { dangerous: '25 of 212', everyday: '7 of 205' },
  third: { dangerous: '123 of 438', everyday: '1 of 232' },
  fourth: { dangerous: '42 of 649', everyday: '3 of 289' },
  ninth: { dangerous: '27 of 334', everyday: '6 of 273' },
  eleventh: { dangerous: '16 of 276', everyday: '2 of 330' },
  twelfth: { dangerous: '18 of 297', everyday: '7 of 360' },
  thirteenth: { dangerous: '8 of 294', everyday: '7 of 348' },
  fourteenth: { dangerous: '4 of 305', everyday: '0 of 383' },
  fifteenth: { dangerous: '9 of 275', everyday: '0 of 360' },
  sixteenth: { dangerous: '2 of 293', everyday: '0 of 366' },
  seventeenth: { dangerous: '3 of 351', everyday: '0 of 392' },
  eighteenth: { dangerous: '13 of 292', everyday: '0 of 368' },
  nineteenth: { dangerous: '4 of 286', everyday: '0 of 347' },
  twentieth: { dangerous: '4 of 261', everyday: '0 of 319' },
  twentyfirst: { dangerous: '4 of 263', everyday: '0 of 322' },
  twentysecond: { dangerous: '3 of 271', everyday: '1 of 324' },
  twentythird: { dangerous: '3 of 263', everyday: '2 of 319' },
  twentyfourth: { dangerous: '2 of 263', everyday: '0 of 320' },
  twentysixth: { dangerous: '0 of 269', everyday: '1 of 326' },
  twentyseventh: { dangerous: '5 of 264', everyday: '1 of 320' },
  twentyfifth: { dangerous: '3 of 267', everyday: '0 of 320' },
  tenth: { dangerous: '14 of 272', everyday: '7 of 284' },
  eighth: { dangerous: '9 of 290', everyday: '2 of 222' },
  seventh: { dangerous: '0 of 207', everyday: '1 of 191' },
  sixth: { dangerous: '4 of 277', everyday: '0 of 212' },
  fifth: { dangerous: '8 of 400', everyday: '0 of 217' },
};

// As the endpoint runs; what V8 would otherwise do about the grammar in the background counts as time of ours.
tuneEngine(setFlagsFromString);
const world = imagineWorld(await openShellReader(), { elapsed: () => performance.now() });

/** Median CPU time of one decision, in microseconds. */
function timeDecision(set: PolicySet, request: ExecRequest, rounds: number): number {
  const times: number[] = [];
  const batch = Math.max(1, Math.floor(rounds / 20));
  for (let round = 0; round < 40; round += 1) {
    const before = process.cpuUsage();
    for (let count = 0; count < batch; count += 1) evaluate(set, request, world);
    const { user, system } = process.cpuUsage(before);
    if (round >= 20) times.push((user + system) / batch);
  }
  return times.sort((first, second) => first - second)[Math.floor(times.length / 2)] ?? 0;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function show(name: string, microseconds: number, basis = 0): void {
  const ratio = basis === 0 ? '' : `${(microseconds / basis).toFixed(1).padStart(8)} x`;
  print(`${name.padEnd(44)} ${microseconds.toFixed(1).padStart(12)} us${ratio}`);
}

const argv = (...words: readonly string[]): ExecRequest =>
  imagineRequest({ argv: words, exe: words[0] ?? null, command: words.join(' ') });
const text = (command: string): ExecRequest => imagineRequest({ command });

const { set, problems } = parsePolicySet([
  { file: 'default.yaml', text: readFileSync('policies/default.yaml', 'utf8'), origin: 'builtin' },
]);
if (problems.length > 0) throw new Error(JSON.stringify(problems));

function showScores(kind: 'dangerous' | 'everyday', scores: readonly CorpusScore[]): void {
  const sum = (of: readonly CorpusScore[], read: (score: CorpusScore) => number): number =>
    of.reduce((total, score) => total + read(score), 0);
  const row = (name: string, of: readonly CorpusScore[], first: string): void => {
    const count = sum(of, (score) => score.count);
    const wrong = sum(of, (score) => score.wrong.length);
    const numbers = [
      count,
      sum(of, (score) => score.denied),
      sum(of, (score) => score.asked),
      wrong,
      `${((100 * wrong) / count).toFixed(2)} %`,
      `${((100 * sum(of, (score) => score.cacheable)) / count).toFixed(0)} %`,
    ];
    print(
      name.padEnd(44) + numbers.map((number) => String(number).padStart(10)).join('') + first.padStart(16),
    );
  };
  const heads = ['commands', 'denied', 'asked', 'wrong', '', 'cacheable'].map((head) => head.padStart(10));
  print(`\n${kind.padEnd(44)}${heads.join('')}${'first run'.padStart(16)}`);
  for (const round of new Set(scores.map((score) => score.round))) {
    const own = scores.filter((score) => score.round === round);
    for (const score of own) {
      row(`  ${score.category}`, [score], '');
      for (const command of score.wrong) print(`      ${JSON.stringify(command)}`);
    }
    row(`${round} round`, own, firstRuns[round]?.[kind] ?? '');
  }
  row('all', scores, '');
}

showScores('dangerous', scoreDangerous(set, world));
showScores('everyday', scoreEveryday(set, world));

print('\ndefault policy, median of one decision');
show('argv: git status', timeDecision(set, argv('git', 'status'), 4000));
show('argv: gcc with 7 words', timeDecision(set, argv('gcc', '-c', 'a.c', '-o', 'a.o', '-I/x', '-O2'), 4000));
show('argv: gcc with 100 words', timeDecision(set, argv('gcc', ...Array<string>(99).fill('-I/usr/x')), 1000));
show('argv: rm -f of a file inside', timeDecision(set, argv('rm', '-f', 'a.o'), 4000));
show('argv: cat of a file', timeDecision(set, argv('cat', 'src/a.ts'), 4000));
show('argv: sh -c with one command', timeDecision(set, argv('sh', '-c', 'node build.js --release'), 1000));
show('text: one command', timeDecision(set, text('npm run build'), 1000));
const line = 'cd build && make -j4 2>&1 | tee log && ls "$PWD" || exit 1';
show('text: five commands', timeDecision(set, text(line), 1000));

print('\nby rules in the policy, plain argv');
let tenRules = 0;
for (const count of [10, 100, 1000]) {
  const rules = Array.from(
    { length: count },
    (_, n) => `{action: deny, when: {command_matches: ['tool${n} * --force', '*x${n}*y*']}}`,
  );
  const source = `default_action: allow\npolicies: [{name: many, rules: [${rules.join(', ')}]}]`;
  const many = parsePolicySet([{ file: 'many.yaml', text: source, origin: 'user' }]);
  const time = timeDecision(many.set, argv('git', 'commit', '-m', 'message'), 1000);
  tenRules ||= time;
  show(`${count} rules`, time, tenRules);
}

for (const [name, unit, sizes] of [
  ['one command', 'word ', [1, 16, 64, 128, 1024]],
  ['many commands', 'echo "a text" > out\n', [1, 16, 64, 128]],
] as const) {
  print(`\nby length of the text, ${name}, default policy`);
  let basis = 0;
  for (const kib of sizes) {
    const long = `${name === 'one command' ? 'echo ' : ''}${unit.repeat((kib * 1024) / unit.length)}`;
    const time = timeDecision(set, text(long), 24);
    basis ||= time;
    show(`${kib} KiB`, time, basis);
  }
}
