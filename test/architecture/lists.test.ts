import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatEditorDocument } from '../../scripts/formatEditorDocument.mjs';
import type { Manifest } from '../../scripts/formatEditorDocument.mjs';
import { recordOfDecision } from '../../src/endpoint/auditEntry.ts';
import { routeTable } from '../../src/endpoint/router.ts';
import { listPacks } from '../../src/policy/listPacks.ts';
import {
  shimClosedVariable,
  shimElectronVariable,
  shimIgnoredVariable,
} from '../../src/client/commandShim.ts';
import { imagineRequest } from '../unit/policy/policyWorld.ts';

const read = (file: string): string => readFileSync(file, 'utf8');

/** The cells of every row of a table in a document whose first cell is code. */
function rowsOf(text: string, heading: string): readonly (readonly string[])[] {
  const from = text.indexOf(`\n${heading}\n`);
  assert.notEqual(from, -1, heading);
  const end = text.indexOf('\n## ', from + heading.length);
  return text
    .slice(from, end === -1 ? undefined : end)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/u).map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

const unquote = (cell = ''): string => cell.replaceAll('`', '');

describe('a list in the documents is what the code has', () => {
  it('of settings and commands of the editor; `npm run docs` writes them', async () => {
    const manifest = JSON.parse(read('package.json')) as Manifest;
    const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
    assert.equal(read('docs/editor.md'), await formatEditorDocument(manifest, texts));
  });

  it('of the packs of the built-in policy', () => {
    const text = read('policies/default.yaml');
    const packs = listPacks([{ file: 'default.yaml', text, origin: 'builtin' }]);
    const rows = rowsOf(read('docs/policy-reference.md'), '## Where policies come from');
    assert.deepEqual(
      rows.filter(([name = '']) => name.startsWith('`default-')).map((cells) => cells.map(unquote)),
      packs.map(({ name, description }) => [name, description]),
    );
  });

  it('of routes, with who may ask', () => {
    const served = routeTable
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, path, suffix = '', authority }) => [
        `${method} ${path.endsWith('/') ? `${path}{}` : path}${suffix}`,
        authority,
      ]);
    const listed = rowsOf(read('docs/protocol.md'), '## 8 Other routes')
      .map(([route, authority]) => [unquote(route).replaceAll(/\{[^}]*\}/gu, '{}'), authority])
      .filter(([route = '']) => /^[A-Z]+ \//u.test(route));
    assert.deepEqual(listed.sort(), served.sort());
  });

  it('of the fields of a record', () => {
    const decision = {
      action: 'allow',
      message: '',
      matchedPolicies: null,
      rule: null,
    } as const;
    const record = recordOfDecision(imagineRequest({ command: 'ls' }), decision, {
      id: '0',
      now: 0,
      mode: 'enforce',
      actor: null,
    });
    const [, peers = '', ours = ''] =
      /the peer's fields `([^`]+)`, and ours `([^`]+)`/u.exec(read('docs/protocol.md')) ?? [];
    const within = ({ request, decision: told }: typeof record): readonly string[] => [
      `request{${Object.keys(request).join()}}`,
      `decision{${Object.keys(told).join()}}`,
    ];
    const fields = Object.keys(record).filter((name) => name !== 'request' && name !== 'decision');
    assert.deepEqual([...peers.split(' '), ...ours.split(' ')].sort(), [...fields, ...within(record)].sort());
  });

  it('of the variables that something reads', () => {
    const code = ['src', 'native/preload'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(?:c|ts)$/u.test(name))
        .map((name) => read(join(folder, name))),
    );
    const names = code.flatMap((text) =>
      // A string of its own, a member, or a name that is taken out of an environment.
      Array.from(
        text.matchAll(/['"](RAMPART_[A-Z_]+)['"]|\.(RAMPART_[A-Z_]+)|\b(RAMPART_[A-Z_]+)[:,]/gu),
        ([, quoted, member, taken]) => quoted ?? member ?? taken ?? '',
      ),
    );
    // The command's own, which no person sets.
    const sought = new Set(
      names.filter(
        (name) =>
          ![shimClosedVariable, shimElectronVariable, shimIgnoredVariable].includes(name) &&
          !/^RAMPART_(?:DOORS|PURE|IMPURE|VERSION)$/u.test(name),
      ),
    );
    const listed = rowsOf(read('docs/without-the-editor.md'), '## Variables').map(([name]) => unquote(name));
    assert.deepEqual(listed.sort(), [...sought].sort());
  });

  it('of the targets of the fuzzers', () => {
    const sources = readdirSync('test/native/fuzz')
      .map((name) => /^(\w+)_fuzz\.c$/u.exec(name)?.[1])
      .filter((name) => name !== undefined);
    const listed = rowsOf(read('docs/testing.md'), '## Fuzzing').map(([name]) => unquote(name));
    assert.deepEqual(listed, sources.sort());
  });
});
