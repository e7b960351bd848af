// @ts-check
// docs/editor.md: what the extension adds to the editor, as its manifest has it.
import { format } from 'prettier';

/**
 * @typedef {{ readonly default: unknown, readonly enum?: readonly string[], readonly markdownDescription: string }} Setting
 * @typedef {object} Manifest
 * @property {object} contributes
 * @property {readonly { readonly command: string, readonly title: string }[]} contributes.commands
 * @property {{ readonly commandPalette: readonly { readonly command: string, readonly when: string }[] }} contributes.menus
 * @property {{ readonly properties: Readonly<Record<string, Setting>> }} contributes.configuration
 */

/** @param {Manifest} manifest @param {Readonly<Record<string, string>>} texts those of package.nls.json */
export function formatEditorDocument({ contributes }, texts) {
  const { commands, menus, configuration } = contributes;
  /** @param {string} text */
  const read = (text) => texts[text.replaceAll('%', '')] ?? text;
  const hidden = new Set(
    menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command),
  );
  const rows = commands.map(({ command, title }) => ({ command, row: [read(title), `\`${command}\``] }));
  const settings = Object.entries(configuration.properties).map(([name, setting]) => [
    `\`${name}\``,
    [setting.default, ...(setting.enum ?? []).filter((value) => value !== setting.default)]
      .map((value) => `\`${JSON.stringify(value)}\``)
      .join(', '),
    read(setting.markdownDescription),
  ]);
  const text = [
    '# In the editor',
    '',
    'What the extension adds, written by `npm run docs` from its manifest. [README](../README.md) says how it is used.',
    '',
    '## Settings',
    '',
    'All are yours alone: no workspace can change one. The first value is the default.',
    '',
    ...formatTable(['setting', 'values', 'what it does'], settings),
    '',
    '## Commands',
    '',
    'In the command palette, each behind _Rampart:_, with the name that a key binding takes:',
    '',
    ...formatTable(
      ['command', 'name'],
      rows.filter(({ command }) => !hidden.has(command)).map(({ row }) => row),
    ),
    '',
    'On the rows and titles of the views:',
    '',
    ...formatTable(
      ['command', 'name'],
      rows.filter(({ command }) => hidden.has(command)).map(({ row }) => row),
    ),
    '',
  ].join('\n');
  return format(text, { parser: 'markdown' });
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows @returns {string[]} */
function formatTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
}
