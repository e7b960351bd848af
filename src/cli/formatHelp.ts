import type { Command } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import type { OptionEntry } from './options.ts';

/** How wide a manual is set, in characters. */
const textWidth = 80;

const indent = '    ';

/** The manual of one command, in the order of a manual page; ends with a newline. */
export function formatHelp(command: Command): string {
  const { name, summary, manual, options } = command;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['NAME', [`${indent}rampart ${name} - ${summary}`]],
    ['SYNOPSIS', manual.synopsis.map((form) => `${indent}${`rampart ${name} ${form}`.trimEnd()}`)],
    ['DESCRIPTION', separate(manual.description.map((paragraph) => wrap(paragraph, indent)))],
    ['OPTIONS', Object.entries(options).flatMap(([option, entry]) => formatOption(option, entry))],
    [
      'EXAMPLES',
      separate(
        manual.examples.map(({ line, text }) => [`${indent}${line}`, ...wrap(text, indent.repeat(2))]),
      ),
    ],
    ['EXIT STATUS', exitsOf(command).flatMap(([status, meaning]) => hang(String(status), meaning))],
    [
      'FILES',
      (manual.files ?? []).flatMap(([path, meaning]) => [
        `${indent}${path}`,
        ...wrap(meaning, indent.repeat(2)),
      ]),
    ],
  ];
  const filled = sections.filter(([, lines]) => lines.length > 0);
  return `${filled.map(([title, lines]) => [title, ...lines].join('\n')).join('\n\n')}\n`;
}

/** The list of commands whose names begin with `group`, all of them for an empty one; ends with a newline. */
export function formatOverview(commands: readonly Command[], group = ''): string {
  const shown = commands.filter(({ name }) => group === '' || name.startsWith(`${group} `));
  const width = Math.max(...shown.map(({ name }) => name.length));
  return [
    `Usage: rampart ${`${group} COMMAND`.trimStart()} [OPTION]…`,
    '',
    ...shown.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'rampart COMMAND --help says more; rampart --version names this version.',
    '',
  ].join('\n');
}

/** docs/command-line.md: every command's manual, as `--help` prints it. */
export function formatCommandLineDocument(commands: readonly Command[]): string {
  const pages = commands.map(
    (command) => `## rampart ${command.name}\n\n\`\`\`text\n${formatHelp(command)}\`\`\`\n`,
  );
  return [
    '# Command line',
    '',
    'What `rampart COMMAND --help` prints, for every command.',
    'This page is written by `npm run docs` from the same table; a test compares the two, and runs every example.',
    '',
    'Data goes to standard output, messages to standard error.',
    'Colours are used on a terminal only, and not where `NO_COLOR` is set.',
    '',
    pages.join('\n'),
  ].join('\n');
}

function exitsOf({ manual }: Command): Command['manual']['exits'] {
  const wrong = [exitStatus.usage, 'an argument is wrong'] as const;
  return [...manual.exits, wrong].sort(([one], [other]) => one - other);
}

function formatOption(name: string, { value, text, choices }: OptionEntry): readonly string[] {
  const title = value === undefined ? name : `${name} ${value}`;
  const all = choices === undefined ? text : `${text}; one of ${choices.join(', ')}`;
  return [`${indent}${title}`, ...wrap(all, indent.repeat(2))];
}

function hang(term: string, text: string): readonly string[] {
  const [first = '', ...rest] = wrap(text, indent.repeat(2));
  return [`${indent}${term.padEnd(indent.length)}${first.trimStart()}`, ...rest];
}

function separate(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
}

/** Lines of at most the text's width, each with the indent; a word that is longer stands alone. */
function wrap(text: string, lead: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && lead.length + line.length + 1 + word.length > textWidth) {
      lines.push(lead + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, lead + line];
}
