import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  composeRegistration,
  type SeenTerminal,
} from '../../../src/extension/injection/composeRegistration.ts';
import { sessionView } from '../../support/records.ts';

const fresh: SeenTerminal = {
  task: null,
  title: 'bash',
  hidden: false,
  agent: null,
  said: null,
  scope: 'agents',
};

it('leaves a terminal of which nobody has said anything to the scope', () => {
  assert.deepEqual(composeRegistration(fresh, null), {
    kind: 'terminal',
    name: 'bash',
    hidden: false,
    protection: 'scoped',
    scope: 'agents',
    agent: null,
  });
});

it('names a task by its own name, not by the title of its terminal', () => {
  const told = composeRegistration({ ...fresh, task: 'npm test', title: 'sh' }, null);
  assert.deepEqual([told.kind, told.name], ['task', 'npm test']);
});

it('loses nothing that the endpoint remembers of a terminal that comes back without it', () => {
  const restored: SeenTerminal = { ...fresh, title: '' };
  const task = sessionView({ kind: 'task', name: 'npm test' });
  assert.deepEqual(composeRegistration(restored, task), {
    kind: 'task',
    name: 'npm test',
    hidden: false,
    protection: 'scoped',
    scope: 'agents',
    agent: null,
  });
  const hidden = sessionView({ kind: 'terminal', name: 'bash', hidden: true, protection: 'released' });
  assert.deepEqual(composeRegistration(restored, hidden), {
    kind: 'terminal',
    name: 'bash',
    hidden: true,
    protection: 'released',
    scope: 'agents',
    agent: null,
  });
});

it('takes the word of this window over what was said before', () => {
  const released = sessionView({ kind: 'terminal', name: 'bash', protection: 'released' });
  assert.equal(composeRegistration({ ...fresh, said: 'protected' }, released).protection, 'protected');
});
