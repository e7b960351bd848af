import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { agentMarkers, defaultUrl, rampartVariables } from '../../src/protocol/environment.ts';
import { routes, stateEntries } from '../../src/protocol/routes.ts';

const protocol = readFileSync('docs/protocol.md', 'utf8');
const section7 = protocol.slice(protocol.indexOf('## 7'), protocol.indexOf('## 8'));
const section8 = protocol.slice(protocol.indexOf('## 8'), protocol.indexOf('## 9'));

const nativeText = readdirSync('native', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.[ch]$/.test(file))
  .map((file) => readFileSync(join('native', file), 'utf8'))
  .join('\n');

/** The strings of C text; one that is several, each with its NUL, counts as those. */
const quoted = (text: string): string[] =>
  [...text.matchAll(/"([^"\n]*)"/g)].flatMap((match) => match[1]!.split('\\0'));

describe('names that two programs share', () => {
  it('every variable of the protocol is in the document and in the library', () => {
    const inLibrary = quoted(nativeText);
    for (const name of rampartVariables) {
      assert.match(section7, new RegExp(`\\b${name}\\b`));
      assert.ok(
        inLibrary.some((text) => text === name || text === `${name}=`),
        `${name} is not in native/`,
      );
    }
  });

  it('every agent marker is in the document and in the library, and no other', () => {
    const list = /`(AI_AGENT [A-Z_ ]+)`/.exec(section7);
    assert.deepEqual(list?.[1]?.split(' '), [...agentMarkers]);
    const inLibrary = quoted(nativeText);
    assert.deepEqual(
      agentMarkers.filter((name) => !inLibrary.some((text) => text === name || text === `${name}=`)),
      [],
    );
  });

  it('the default URL is the same in the document and in the library', () => {
    assert.ok(section7.includes(defaultUrl));
    assert.ok(quoted(nativeText).includes(defaultUrl));
  });

  it('every route is in the document', () => {
    for (const path of Object.values(routes))
      assert.ok(section8.includes(path), `${path} is not in section 8`);
  });

  it('every name in the state directory is in the document', () => {
    const section1 = protocol.slice(protocol.indexOf('## 1'), protocol.indexOf('## 2'));
    for (const name of Object.values(stateEntries))
      assert.ok(section1.includes(`\`${name}`), `${name} is not in section 1`);
  });
});
