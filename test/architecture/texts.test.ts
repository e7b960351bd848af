import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readNestedTexts, readTexts } from '../../scripts/readTexts.mjs';

/** Keys of package.json whose values people read. */
const readable =
  /^(displayName|description|title|category|name|contextualTitle|contents|markdownDescription|patternErrorMessage|enumDescriptions|markdownEnumDescriptions|userDescription)$/;

/** Names of files and packages, and what models and not people read. */
const unread = /^(name|description|author|contributors)$|languageModelTools\.\d+\.(name|inputSchema)/;

function literalsIn(value: unknown, path: string): string[] {
  if (typeof value === 'string') {
    const key = path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? '';
    const isLiteral = readable.test(key) && !unread.test(path) && !/^%[\w.]+%$/.test(value);
    return isLiteral ? [`${path}: ${value}`] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    literalsIn(child, path === '' ? key : `${path}.${key}`),
  );
}

describe('texts that people read', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
  const contributed = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;

  it('stand in package.nls.json when package.json contributes them, each of them used', () => {
    const { displayName, capabilities, contributes } = manifest;
    assert.deepEqual(literalsIn({ displayName, capabilities, contributes }, ''), []);
    const used = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set(used)].sort(), Object.keys(contributed).sort());
  });

  it('stand in the bundle for translators when the code says them; `npm run docs` writes it', () => {
    assert.deepEqual(JSON.parse(readFileSync('l10n/bundle.l10n.json', 'utf8')), readTexts());
  });

  it('are whole: no text is a piece of another one, or begins or ends in the middle of a sentence', () => {
    const isPiece = (text: string): boolean => text !== text.trim() || /^[,;:.)]|[,(]$/u.test(text);
    assert.deepEqual(Object.keys(readTexts()).filter(isPiece), []);
    assert.deepEqual(readNestedTexts(), []);
  });

  it('have the two forms that English has where they count', () => {
    const counted = Object.keys(readTexts()).filter((text) => /(^| )# /u.test(text));
    assert.notEqual(counted.length, 0);
    assert.deepEqual(
      counted.filter((text) => text.split(' | ').length !== 2),
      [],
    );
  });

  it('are translated before any table of them is made', () => {
    for (const file of ['src/extension/extension.ts', 'src/panel/main.ts'])
      assert.match(readFileSync(file, 'utf8'), /^import '\.\/language\.ts';/);
  });
});
