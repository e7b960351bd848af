import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { settingIds, viewIds } from '../../src/extension/ids.ts';
import { drivenByHand, lookedAt } from '../editor/drivenByHand.ts';

const driving = readdirSync('test/e2e')
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap((name) =>
    readFileSync(join('test/e2e', name), 'utf8')
      .split(/^ {2}(?=it\()/m)
      .slice(1),
  );

/** The text of the test whose name begins so. */
function testOf(name: string): string {
  const found = driving.filter((text) => text.startsWith(`it('${name}`));
  assert.equal(found.length, 1, name);
  return found[0] ?? '';
}

/** That tests inside the editor run the other commands and change the other settings, they note themselves as they run. */
describe('what the tests inside the editor leave to those that drive the window', () => {
  for (const [id, name] of Object.entries({ ...drivenByHand.commands, ...drivenByHand.settings }))
    it(`is done by one of them, which sees what comes of it: ${id}`, () => {
      assert.match(testOf(name), /assert\.|\.waitFor\(|host\.(?:toast|statusItem|terminalShows|treeRow)\(/);
    });

  it('is no more than what asks with a dialog or shows in a notification', () => {
    assert.equal(Object.keys(drivenByHand.commands).length, 1);
    assert.deepEqual(Object.keys(drivenByHand.settings), [settingIds.showDenials]);
  });

  it('is every view, each looked at by one', () => {
    assert.deepEqual(Object.keys(lookedAt), Object.values(viewIds));
    for (const name of Object.values(lookedAt)) testOf(name);
  });
});

describe('what the views show', () => {
  it('is tested in plain Node, module by module', () => {
    const tests = readdirSync('test/unit', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(join('test/unit', name), 'utf8'))
      .join('\n');
    const modules = readdirSync('src/presentation').filter((name) => name.endsWith('.ts'));
    assert.deepEqual(
      modules.filter((name) => !tests.includes(`src/presentation/${name}'`)),
      [],
    );
  });
});
