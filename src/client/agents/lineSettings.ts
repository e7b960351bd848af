import { parse, TomlError } from 'smol-toml';
import { isRecord } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { settingsNote } from './settingsEdit.ts';
import type { SettingsEdit } from './settingsEdit.ts';

/** A file of our own in a folder that an agent reads. */
export function ownFile(format: (wiring: Parameters<SettingsEdit['add']>[1]) => string): SettingsEdit {
  return {
    add: (text, wiring) =>
      text === '' || text === format(wiring)
        ? success(format(wiring))
        : failure('the file belongs to others'),
    remove: (text, wiring) =>
      text === format(wiring) ? success('') : failure('the file was changed: delete it if it is not yours'),
  };
}

/** A file of `NAME="value"` lines, in which the last one counts. */
export const dotenvVariables: SettingsEdit = {
  add: (text, { variables }) => {
    if (text.includes(formatBlock(formatLines(variables, '=')))) return success(text);
    const names = Object.keys(variables).join('|');
    const present = new RegExp(`^\\s*(?:export\\s+)?(${names})\\s*=`, 'm').exec(text);
    if (present !== null) return failure(`\`${present[1] ?? ''}\` is set already: take it out first`);
    return success(`${endLine(text)}${formatBlock(formatLines(variables, '='))}`);
  },
  remove: (text, { variables }) => cut(text, formatBlock(formatLines(variables, '='))),
};

/** The variables that Codex gives to commands: `shell_environment_policy.set` in its TOML file. */
export const codexVariables: SettingsEdit = {
  add: (text, { variables }) => {
    const lines = formatLines(variables, ' = ');
    if (text.includes(lines.join('\n'))) return success(text);
    const before = readPolicy(text);
    if (!before.ok) return before;
    const blocked = findObstacle(before.value, variables);
    if (blocked !== null) return failure(blocked);
    const header = tableHeader.exec(text);
    const after =
      header === null
        ? `${endLine(text)}${formatBlock([tableName, ...lines])}`
        : insertAt(text, header.index + header[0].length, `\n${formatBlock(lines).trimEnd()}`);
    const read = readPolicy(after);
    const isThere =
      read.ok && Object.entries(variables).every(([name, value]) => setIn(read.value)[name] === value);
    if (isThere) return success(after);
    return failure(
      `\`shell_environment_policy\` is written in a form that is left alone: add to its \`set\`: ${lines.join(', ')}`,
    );
  },
  remove: (text, { variables }) => {
    const lines = formatLines(variables, ' = ');
    const whole = cut(text, formatBlock([tableName, ...lines]));
    return whole.ok ? whole : cut(text, formatBlock(lines));
  },
};

const tableName = '[shell_environment_policy.set]';

const tableHeader = /^[ \t]*\[[ \t]*shell_environment_policy[ \t]*\.[ \t]*set[ \t]*\][^\n]*/m;

function readPolicy(text: string): Result<UnknownRecord, string> {
  try {
    const { shell_environment_policy: policy } = parse(text);
    return success(isRecord(policy) ? policy : {});
  } catch (thrown) {
    if (thrown instanceof TomlError) {
      return failure(`not valid TOML at line ${thrown.line}, column ${thrown.column}`);
    }
    return failure(`not valid TOML: ${String(thrown)}`);
  }
}

/** What Codex itself would take out again, or what stands there with another meaning. */
function findObstacle(policy: UnknownRecord, variables: Readonly<Record<string, string>>): string | null {
  const only = policy['include_only'];
  if (
    Array.isArray(only) &&
    only.length > 0 &&
    !['LD_PRELOAD', 'RAMPART_*'].every((name) => only.includes(name))
  ) {
    return '`shell_environment_policy.include_only` leaves the variables out: add "LD_PRELOAD" and "RAMPART_*" to it first';
  }
  const present = Object.keys(variables).find((name) => name in setIn(policy));
  return present === undefined
    ? null
    : `\`shell_environment_policy.set.${present}\` is set already: take it out first`;
}

function setIn(policy: UnknownRecord): UnknownRecord {
  return isRecord(policy['set']) ? policy['set'] : {};
}

/** JSON's strings are TOML's basic strings and a dotenv's quoted values, for paths and names. */
function formatLines(variables: Readonly<Record<string, string>>, equals: string): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${name}${equals}${JSON.stringify(value)}`);
}

function formatBlock(lines: readonly string[]): string {
  return [`# ${settingsNote}`, ...lines, ''].join('\n');
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function insertAt(text: string, offset: number, inserted: string): string {
  return text.slice(0, offset) + inserted + text.slice(offset);
}

function cut(text: string, block: string): Result<string, string> {
  const index = text.indexOf(block);
  if (index === -1)
    return failure(`the lines were changed: take them out by hand: ${block.trim().split('\n').join(', ')}`);
  return success(text.slice(0, index) + text.slice(index + block.length));
}
