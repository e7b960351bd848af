import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  adapterChoice,
  adapterConsents,
  adapterDeeds,
  type AdapterFacts,
} from '../../../src/presentation/adapterText.ts';
import { allowChoices, blockChoices } from '../../../src/presentation/allowText.ts';
import { filterChoices } from '../../../src/presentation/decisionFilter.ts';
import { logChoices } from '../../../src/presentation/logChoices.ts';
import { packsOffChoices } from '../../../src/presentation/policyRows.ts';
import { guardOffChoices, stopChoices, unguardedChoices } from '../../../src/presentation/protectText.ts';
import { statusMenu } from '../../../src/presentation/statusMenu.ts';
import type { GuardStatus } from '../../../src/presentation/statusText.ts';
import { workspaceGuardChoices, workspaceOffChoices } from '../../../src/presentation/workspaceGuard.ts';
import { createDenial } from './recordFixture.ts';

/** What the editor shows of the line below a choice in its wide font, in characters; it cuts off what is longer. */
const shownCharacters = 84;

const agent: AdapterFacts = {
  ...{ title: 'Claude Code', door: 'both', state: 'absent', program: null, canBeTried: true },
};

const enforcing: GuardStatus = {
  ...{ supported: true, guardEnabled: true, here: 'follow', unprotected: 1, endpoint: 'connected' },
  ...{ cause: null, mode: 'enforce', until: null, unseenDenials: 0, problem: null },
};

it('says below each choice, in what can be seen of a line, what it does', () => {
  const denied = createDenial();
  const asked = createDenial({ decision: { ...denied.decision, action: 'ask' } });
  const choices = [
    adapterChoice('any', agent),
    adapterChoice('any', { ...agent, state: 'applied' }),
    ...adapterDeeds({ ...agent, state: 'changed' }),
    ...adapterDeeds({ ...agent, canBeTried: false }),
    ...adapterConsents(1),
    ...adapterConsents(2),
    ...allowChoices(denied),
    ...allowChoices(asked),
    ...blockChoices(denied),
    ...filterChoices(['codex']),
    ...logChoices,
    ...packsOffChoices(['default-deletion']),
    ...guardOffChoices,
    ...stopChoices('bash'),
    ...unguardedChoices,
    ...statusMenu(enforcing, denied),
    ...statusMenu({ ...enforcing, guardEnabled: false }, null),
    ...workspaceGuardChoices(true, 'follow'),
    ...workspaceOffChoices,
  ];
  assert.deepEqual(
    choices.map(({ detail }) => detail).filter((detail) => detail.length > shownCharacters),
    [],
  );
});
