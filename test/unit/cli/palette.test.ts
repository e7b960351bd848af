import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPalette } from '../../../src/cli/palette.ts';
import type { CommandContext } from '../../../src/cli/command.ts';

function paint(isOutTerminal: boolean, environment: CommandContext['environment']): string {
  const output = { out: () => true, err: () => undefined, isOutTerminal, isErrTerminal: false };
  return createPalette({ output, environment }).action('deny', 'deny');
}

test('colours are for a terminal alone, and for nobody who wants none', () => {
  assert.equal(paint(true, { TERM: 'xterm' }), '\x1b[31mdeny\x1b[0m');
  assert.equal(paint(true, { TERM: 'xterm', NO_COLOR: '' }), '\x1b[31mdeny\x1b[0m');
  assert.equal(paint(true, { TERM: 'xterm', NO_COLOR: '1' }), 'deny');
  assert.equal(paint(true, { TERM: 'dumb' }), 'deny');
  assert.equal(paint(false, { TERM: 'xterm' }), 'deny');
});
