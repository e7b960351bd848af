import type { Command, CommandContext } from './command.ts';
import { say } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import { parseOptions } from './options.ts';

/** Runs the command that the words name and gives its exit status. */
export async function runCommandLine(
  commands: readonly Command[],
  words: readonly string[],
  context: CommandContext & { readonly version: string },
): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) {
    say(context, 'no command given');
    context.output.err(formatOverview(commands));
    return exitStatus.usage;
  }
  if (isHelp(name) || name === 'help') return print(context, formatOverview(commands));
  if (name === '--version') return print(context, `rampart ${context.version}\n`);
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const kind = name.startsWith('-') ? 'option' : 'command';
    say(context, `unknown ${kind} \`${name}\`; see \`rampart --help\``);
    return exitStatus.usage;
  }
  return runCommand(command, rest, context);
}

async function runCommand(
  command: Command,
  words: readonly string[],
  context: CommandContext,
): Promise<number> {
  const table = { ...command.options, '--help': 'switch', '-h': 'switch' } as const;
  const options = parseOptions(table, words, command.firstWordEnds);
  if (!options.ok) return complain(command, options.error, context);
  if (options.value.has('--help') || options.value.has('-h')) return print(context, command.help);
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

function formatOverview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `${['Usage: rampart COMMAND [OPTION]…', '', ...lines, '', 'rampart COMMAND --help says more; rampart --version names this version.'].join('\n')}\n`;
}
