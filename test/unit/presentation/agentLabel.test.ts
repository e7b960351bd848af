import assert from 'node:assert/strict';
import test from 'node:test';
import { formatAgent } from '../../../src/presentation/agentLabel.ts';

test('an agent is called by its name, and in words where it has none', () => {
  const labels = ['claude-code', 'preload', 'agent', 'rampart'].map((agent) => formatAgent(agent));
  assert.deepEqual(labels, ['claude-code', 'no agent', 'unknown agent', 'Rampart itself']);
});

test('a name that a program gave itself stands in one line', () => {
  assert.equal(formatAgent('two\nlines').includes('\n'), false);
});
