import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const text = readFileSync('docs/testing.md', 'utf8');

describe('docs/testing.md', () => {
  it('names exactly the folders that test/ has', () => {
    const folders = readdirSync('test', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const named = new Set(Array.from(text.matchAll(/`test\/(\w+)\/`/g), (match) => match[1]));
    assert.deepEqual([...named].sort(), folders.map((folder) => folder.name).sort());
  });

  it('names exactly the levels that package.json can run', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const levels = Object.keys(manifest.scripts).filter(
      (name) => name === 'check' || name.startsWith('test:'),
    );
    // Those of `npm test` stand in the table, those for which it has no time in a list.
    const named = new Set(
      Array.from(text.matchAll(/^(?:\||-) `npm run (check|test:\w+)`/gm), (match) => match[1]),
    );
    assert.deepEqual([...named].sort(), levels.sort());
  });

  it('lets `npm test` run exactly the levels of the table', () => {
    const run = readFileSync('scripts/test.mjs', 'utf8');
    const levels = Array.from(run.matchAll(/name: '(check|test:\w+)'/g), (match) => match[1]);
    const named = Array.from(text.matchAll(/^\| `npm run (check|test:\w+)`/gm), (match) => match[1]);
    assert.deepEqual(levels, named);
  });
});
