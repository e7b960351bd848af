import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commands } from '../../../src/cli/commandTable.ts';
import { formatCommandLineDocument, formatHelp, formatOverview } from '../../../src/cli/formatHelp.ts';

test('docs/command-line.md is what the table says; `npm run docs` writes it', () => {
  assert.equal(readFileSync('docs/command-line.md', 'utf8'), formatCommandLineDocument(commands));
});

test('every command has a manual with all its sections, within the width of a terminal', () => {
  for (const command of commands) {
    const help = formatHelp(command);
    for (const title of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'EXAMPLES', 'EXIT STATUS'])
      assert.match(help, new RegExp(`^${title}\n    \\S`, 'm'), `${command.name}: ${title}`);
    assert.equal(/^OPTIONS$/m.test(help), Object.keys(command.options).length > 0, command.name);
    for (const line of help.split('\n'))
      assert.ok(line.length <= 80 || /^ {4}rampart /.test(line), `${command.name}: ${line}`);
  }
});

test('every option stands in the manual with its value and its meaning', () => {
  for (const command of commands)
    for (const [name, { value, text }] of Object.entries(command.options)) {
      const help = formatHelp(command).replaceAll(/\s+/g, ' ');
      assert.ok(
        help.includes(` ${value === undefined ? name : `${name} ${value}`} ${text}`),
        `${command.name} ${name}`,
      );
    }
});

test('the overview names every command once, and those of a group alone', () => {
  const names = (text: string): readonly (string | undefined)[] =>
    Array.from(text.matchAll(/^ {2}(\S+(?: \S+)*) {2}/gm), ([, name]) => name?.trim());
  assert.deepEqual(
    names(formatOverview(commands)),
    commands.map(({ name }) => name),
  );
  assert.equal(new Set(commands.map(({ name }) => name)).size, commands.length);
});
