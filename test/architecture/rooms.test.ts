import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

interface RoomProject {
  readonly extends: string;
  readonly compilerOptions: { readonly types: readonly string[] };
  readonly references: readonly { readonly path: string }[];
}

const architecture = readFileSync('ARCHITECTURE.md', 'utf8');
const rooms = readdirSync('src');

/** Rows of the table of rooms: name → what the document says of it. */
const documented = new Map(
  [...architecture.matchAll(/^\| `src\/(\w+)` +\| ([^|]+)\| ([^|]+)\|/gm)].map((row) => [
    row[1]!,
    { runtime: row[2]!.trim(), imports: row[3]!.trim() },
  ]),
);

function projectOf(room: string): RoomProject {
  return JSON.parse(readFileSync(join('src', room, 'tsconfig.json'), 'utf8')) as RoomProject;
}

describe('the rooms', () => {
  it('are those that ARCHITECTURE.md lists', () => {
    assert.deepEqual([...documented.keys()].sort(), [...rooms].sort());
  });

  for (const room of rooms) {
    it(`${room}: the compiler lets it import what ARCHITECTURE.md says`, () => {
      const references = projectOf(room).references.map((reference) => reference.path.replace('../', ''));
      const allowed = documented.get(room)!.imports.split(', ');
      assert.deepEqual(references.sort(), allowed.filter((name) => name !== '–').sort());
    });

    it(`${room}: the compiler gives it the runtime that ARCHITECTURE.md says`, () => {
      const { runtime } = documented.get(room)!;
      const types = [
        ...(runtime.includes('Node') ? ['node'] : []),
        ...(runtime.includes('`vscode`') ? ['vscode'] : []),
      ];
      assert.deepEqual(projectOf(room).compilerOptions.types, types);
    });

    it(`${room}: finds the editor's types only where ARCHITECTURE.md gives it the editor`, () => {
      const hidesEditor = projectOf(room).extends === '../../tsconfig.room.json';
      assert.equal(hidesEditor, !documented.get(room)!.runtime.includes('`vscode`'));
    });
  }

  it('leave at most three lines of ten to the one that has the editor', () => {
    const lines = (folder: string): number =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .reduce((sum, name) => sum + readFileSync(join(folder, name), 'utf8').split('\n').length, 0);
    const editors = rooms.filter((room) => projectOf(room).compilerOptions.types.includes('vscode'));
    assert.deepEqual(editors, ['extension']);
    assert.ok(lines('src/extension') <= 0.3 * lines('src'));
  });

  it('named in the table of changes exist', () => {
    const table = architecture.slice(0, architecture.indexOf('## The parts'));
    const paths = [...table.matchAll(/`((?:src|native|test|scripts|policies|docs)\/[\w./]*)`/g)].map(
      (match) => match[1]!,
    );
    assert.ok(paths.length > 15);
    const missing = paths.filter((path) => {
      try {
        readFileSync(path);
        return false;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'ENOENT';
      }
    });
    assert.deepEqual(missing, []);
  });
});
