// How long the default policy takes to decide, and how well it decides.
// Times are CPU time of this process, so that a busy machine changes them little. Ratios are what counts.
//
// The commands in corpora/ were written in two rounds, each without looking at the rules, and scored before any rule
// was changed for them. That first score is the one that says something about commands that nobody has thought of:
//   first round    297 of 342 dangerous commands stopped (86.8 %), 1 of 505 everyday ones interrupted (0.2 %)
//   second round   187 of 212 dangerous commands stopped (88.2 %), 7 of 205 everyday ones interrupted (3.4 %), chosen
//                  at the border: sudo through ssh, kubectl delete --dry-run, deleting a cache
// What is printed below is the score on commands that have been seen since.
import { readFileSync } from 'node:fs';
import { evaluate } from '../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../src/policy/parsePolicySet.ts';
import type { PolicySet } from '../../src/policy/policySet.ts';
import type { ExecRequest } from '../../src/protocol/execRequest.ts';
import { imagineRequest, imagineWorld, openShellReader } from '../unit/policy/policyWorld.ts';
import { scoreDangerous, scoreEveryday } from './policyCorpora.ts';
import type { CorpusScore } from './policyCorpora.ts';

const world = imagineWorld(await openShellReader(), { now: () => performance.now() });

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

function show(name: string, microseconds: number): void {
  process.stdout.write(`${name.padEnd(44)} ${microseconds.toFixed(1).padStart(12)} us\n`);
}

const argv = (...words: readonly string[]): ExecRequest =>
  imagineRequest({ argv: words, exe: words[0] ?? null, command: words.join(' ') });
const text = (command: string): ExecRequest => imagineRequest({ command });

const { set } = parsePolicySet([
  { file: 'default.yaml', text: readFileSync('policies/default.yaml', 'utf8'), origin: 'builtin' },
]);

process.stdout.write('default policy\n');
show('argv: git status', timeDecision(set, argv('git', 'status'), 4000));
show('argv: gcc with 7 words', timeDecision(set, argv('gcc', '-c', 'a.c', '-o', 'a.o', '-I/x', '-O2'), 4000));
show(
  'argv: gcc with 100 words',
  timeDecision(set, argv('gcc', ...Array.from({ length: 100 }, (_, n) => `-I/usr/include/part${n}`)), 1000),
);
show('argv: rm -f of a file inside', timeDecision(set, argv('rm', '-f', 'a.o'), 4000));
show('argv: cat of a file', timeDecision(set, argv('cat', 'src/a.ts'), 4000));
show('argv: sh -c with one command', timeDecision(set, argv('sh', '-c', 'node build.js --release'), 1000));
show('text: one command', timeDecision(set, text('npm run build'), 1000));
show(
  'text: five commands',
  timeDecision(set, text('cd build && make -j4 2>&1 | tee log && ls "$PWD" || exit 1'), 1000),
);

process.stdout.write('rules in the policy, plain argv\n');
for (const count of [10, 100, 1000]) {
  const rules = Array.from(
    { length: count },
    (_, n) => `{action: deny, when: {command_matches: ['tool${n} * --force', '*x${n}*y*']}}`,
  );
  const many = parsePolicySet([
    {
      file: 'many.yaml',
      text: `default_action: allow\npolicies: [{name: many, rules: [${rules.join(', ')}]}]`,
      origin: 'user',
    },
  ]);
  show(`${count} rules`, timeDecision(many.set, argv('git', 'commit', '-m', 'message'), 1000));
}

process.stdout.write('length of the text, default policy\n');
for (const kib of [1, 16, 64, 128, 1024]) {
  show(`${kib} KiB of one command`, timeDecision(set, text(`echo ${'word '.repeat((kib * 1024) / 5)}`), 24));
}
for (const kib of [1, 16, 64, 128]) {
  show(
    `${kib} KiB of many commands`,
    timeDecision(set, text('echo "a text" > out\n'.repeat((kib * 1024) / 20)), 24),
  );
}

function showScores(title: string, scores: readonly CorpusScore[]): void {
  process.stdout.write(`${title.padEnd(32)} commands  denied   asked   wrong\n`);
  for (const { category, count, denied, asked, wrong } of scores) {
    const numbers = [count, denied, asked, wrong.length].map((number) => String(number).padStart(8)).join('');
    process.stdout.write(`${category.padEnd(32)} ${numbers}\n`);
    for (const command of wrong) process.stdout.write(`    ${JSON.stringify(command)}\n`);
  }
  const total = scores.reduce((sum, { count }) => sum + count, 0);
  const wrong = scores.reduce((sum, score) => sum + score.wrong.length, 0);
  process.stdout.write(
    `${'all'.padEnd(32)} ${String(total).padStart(8)} ${((100 * wrong) / total).toFixed(2)} % wrong\n`,
  );
}

showScores('everyday', scoreEveryday(set, world));
showScores('dangerous', scoreDangerous(set, world));
