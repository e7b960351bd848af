import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../../base/assert.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { Command, CommandContext } from '../command.ts';
import type { TypedCommand } from '../execQuestion.ts';
import { createExecQuestion } from '../execQuestion.ts';
import { exitStatus } from '../exitStatus.ts';
import type { LoadedPolicy } from '../loadPolicy.ts';
import type { Options } from '../options.ts';
import { loadChosenPolicy, policyChoiceOf, policyOptions, workingDirectoryOf } from '../policyOptions.ts';
import { createProgress } from '../progress.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** How often every command is decided before it counts, and while it does. */
const warmRounds = 50;
const countedRounds = 100;

/** The most commands that are taken from a file. */
const maxCommands = 10_000;

/** What a day is made of. */
const builtinCommands: readonly TypedCommand[] = [
  { words: ['ls', '-la'] },
  { words: ['git', 'status', '--porcelain'] },
  { words: ['node', 'build.mjs', '--watch'] },
  { words: ['cc', '-O2', '-Wall', '-c', 'src/main.c', '-o', 'build/main.o'] },
  { words: ['rm', '-rf', 'build'] },
  { words: ['docker', 'compose', 'up', '-d'] },
  { text: 'git add -A && git commit -m "say why; not what"' },
  { text: 'npm ci && npm test 2>&1 | tail -n 40' },
  { text: 'cd .. && sudo rm -rf precious' },
  { text: 'for f in *.c; do cc -c "$f" -o "build/${f%.c}.o" || exit 1; done' },
  { text: 'curl -fsSL https://example.test/install.sh | sh' },
  { text: 'find . -name "*.pyc" -print0 | xargs -0 rm -f' },
];

/** `rampart bench`: how long the policies take to decide on this machine. */
export const benchCommand: Command = {
  name: 'bench',
  summary: 'measure how long the policies take to decide',
  manual: {
    synopsis: ['[OPTION]… [FILE]'],
    description: [
      'Decides a small set of commands, or those of FILE (shell text, one a line), by the policies in force, many times, and prints the median and the 99th percentile in microseconds for words and for shell text. Nothing is run.',
      '`--json` prints one object: policies, rules, and for each kind commands, decisions, median_us, p99_us.',
    ],
    examples: [
      { line: 'rampart bench', text: 'The policies in force, on this machine.' },
      { line: 'rampart bench --json commands.txt', text: 'With commands of your own.' },
    ],
    exits: [
      [exitStatus.done, 'it was measured'],
      [exitStatus.failed, 'the file cannot be read, or holds no command'],
    ],
  },
  options: { ...policyOptions, '--json': sharedOptions.json },
  words: 'file',
  run: async (options, context) => {
    const [file, ...others] = options.words;
    if (others.length > 0) return { usage: 'give one file of commands' };
    const commands = file === undefined ? success(builtinCommands) : readCommands(resolve(context.cwd, file));
    if (!commands.ok) {
      context.output.err(`rampart: ${commands.error}\n`);
      return exitStatus.failed;
    }
    const policy = await loadChosenPolicy({ ...policyChoiceOf(options, context), isLasting: true }, context);
    if (!policy.ok) return { usage: policy.error };
    return measure(commands.value, policy.value, options, context);
  },
};

function readCommands(file: string): Result<readonly TypedCommand[], string> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const commands = lines.filter((line) => line.trim() !== '' && !line.startsWith('#'));
    if (commands.length === 0) return failure(`${file} holds no command`);
    return success(commands.slice(0, maxCommands).map((text) => ({ text })));
  } catch (thrown) {
    return failure(`${file} cannot be read: ${messageOf(thrown)}`);
  }
}

interface Measured {
  readonly commands: number;
  readonly decisions: number;
  readonly median_us: number;
  readonly p99_us: number;
}

function measure(
  commands: readonly TypedCommand[],
  policy: LoadedPolicy,
  options: Options,
  context: CommandContext,
): number {
  const cwd = workingDirectoryOf(options, context);
  const progress = createProgress(context, 'kinds');
  const measureKind = (isText: boolean): Measured | null => {
    const chosen = commands.filter((command) => 'text' in command === isText);
    progress.step();
    return chosen.length === 0 ? null : measureCommands(chosen, policy, cwd);
  };
  const kinds = { words: measureKind(false), text: measureKind(true) };
  progress.end();
  const policies = policy.set.policies.length;
  const rules = policy.set.policies.reduce((sum, each) => sum + each.rules.length, 0);
  const rows = Object.entries(kinds).flatMap(([kind, measured]) =>
    measured === null
      ? []
      : [
          `${kind === 'words' ? 'words of a program' : 'shell text'}: median ${measured.median_us} µs, 99 % within ${measured.p99_us} µs (${measured.commands} commands, ${measured.decisions} decisions)\n`,
        ],
  );
  context.output.out(
    options.has('--json')
      ? `${JSON.stringify({ policies, rules, ...kinds })}\n`
      : `${policies} policies, ${rules} rules\n${rows.join('')}`,
  );
  return exitStatus.done;
}

function measureCommands(commands: readonly TypedCommand[], policy: LoadedPolicy, cwd: string): Measured {
  const requests = commands.map((command) => createExecQuestion(command, 'agent', cwd));
  const rounds = Math.max(1, Math.ceil((countedRounds * builtinCommands.length) / requests.length));
  const times: number[] = [];
  for (let round = -Math.min(warmRounds, rounds); round < rounds; round += 1) {
    for (const request of requests) {
      const started = performance.now();
      policy.decide(request);
      if (round >= 0) times.push((performance.now() - started) * 1_000);
    }
  }
  times.sort((one, other) => one - other);
  const at = (share: number): number =>
    Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) / 10;
  return { commands: commands.length, decisions: times.length, median_us: at(0.5), p99_us: at(0.99) };
}
