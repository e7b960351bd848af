import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatObstacle } from '../../../src/presentation/removeText.ts';

it('what keeps Rampart from being removed is told in the words of the editor, with a button that leads there', () => {
  const told = [
    formatObstacle({ kind: 'terminals', names: ['bash', 'npm\nrun'] }),
    formatObstacle({ kind: 'programs', names: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }),
    formatObstacle({ kind: 'agents', names: ['Codex'] }),
  ];
  assert.deepEqual(
    told.map(({ button }) => button),
    ['Show Terminal', 'Show Guarded Terminals', 'Undo…'],
  );
  const [terminals, programs, agents] = told.map(({ text }) => text);
  assert.match(terminals ?? '', /guards open terminals: “bash”, “npm.*run”\. Close them/);
  assert.match(programs ?? '', /: “a”, “b”, “c”, “d”, “e”, 2 more\. End them/);
  assert.match(agents ?? '', /the settings of agents name its library: “Codex”\. Undo that/);
  for (const { text } of told) assert.doesNotMatch(text, /--force|rampart /);
});
