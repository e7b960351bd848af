import type { Command, CommandContext } from './command.ts';
import { say } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import { formatHelp, formatOverview } from './formatHelp.ts';
import { withJsonErrors } from './jsonErrors.ts';
import { parseOptions } from './options.ts';

/** Runs the command that the words name and gives its exit status. */
export async function runCommandLine(
  commands: readonly Command[],
  words: readonly string[],
  context: CommandContext,
): Promise<number> {
  const [first, ...rest] = words;
  if (first === undefined) {
    say(context, 'no command given');
    context.output.err(formatOverview(commands));
    return exitStatus.usage;
  }
  if (first === '--version') return print(context, `rampart ${context.version}\n`);
  if (isHelp(first)) return print(context, formatOverview(commands));
  if (first === 'help') return runCommandLine(commands, [...rest, '--help'], context);
  const command = findCommand(commands, words);
  if (command === undefined) {
    const complain = (within: CommandContext): Promise<number> =>
      Promise.resolve(complainOfName(commands, words, within));
    return ownOptions(words).includes('--json') ? withJsonErrors(context, complain) : complain(context);
  }
  const own = words.slice(command.name.split(' ').length);
  const isJson = '--json' in command.options && ownOptions(own).includes('--json');
  const run = (within: CommandContext): Promise<number> => runCommand(command, own, within);
  return isJson ? withJsonErrors(context, run) : run(context);
}

/** What stands before the words of another program. */
function ownOptions(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end < 0 ? words : words.slice(0, end);
}

/** The command with the longest name that these words begin with. */
function findCommand(commands: readonly Command[], words: readonly string[]): Command | undefined {
  return commands
    .filter(({ name }) => name.split(' ').every((part, index) => words[index] === part))
    .sort((one, other) => other.name.length - one.name.length)[0];
}

function complainOfName(
  commands: readonly Command[],
  [first = '', second]: readonly string[],
  context: CommandContext,
): number {
  const isGroup = commands.some(({ name }) => name.startsWith(`${first} `));
  if (isGroup && second !== undefined && isHelp(second))
    return print(context, formatOverview(commands, first));
  say(context, isGroup ? complainOfGroup(first, second) : complainOfWord(first));
  if (isGroup) context.output.err(formatOverview(commands, first));
  return exitStatus.usage;
}

function complainOfGroup(first: string, second: string | undefined): string {
  return second === undefined || second.startsWith('-')
    ? `${first}: no command given`
    : `unknown command \`${first} ${second}\`; see \`rampart ${first} --help\``;
}

function complainOfWord(word: string): string {
  return `unknown ${word.startsWith('-') ? 'option' : 'command'} \`${word}\`; see \`rampart --help\``;
}

async function runCommand(
  command: Command,
  words: readonly string[],
  context: CommandContext,
): Promise<number> {
  const help = { kind: 'switch', text: 'print the manual' } as const;
  const table = { ...command.options, '--help': help, '-h': help };
  const options = parseOptions(table, words, command.firstWordEnds);
  if (!options.ok) {
    const isForeign = command.words === 'program' && options.error.startsWith('unknown option');
    const hint = isForeign ? ' (put `--` before a command that has options of its own)' : '';
    return complain(command, `${options.error}${hint}`, context);
  }
  if (options.value.has('--help') || options.value.has('-h')) return print(context, formatHelp(command));
  const outcome = await command.run(options.value, context);
  return typeof outcome === 'number' ? outcome : complain(command, outcome.usage, context);
}

function complain(command: Command, problem: string, context: CommandContext): number {
  say(context, `${command.name}: ${problem}; see \`rampart ${command.name} --help\``);
  return exitStatus.usage;
}

function print(context: CommandContext, text: string): number {
  context.output.out(text);
  return exitStatus.done;
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}
