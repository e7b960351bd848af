import assert from 'node:assert/strict';
import { it } from 'node:test';
import { statusMenu } from '../../../src/presentation/statusMenu.ts';
import type { GuardStatus } from '../../../src/presentation/statusText.ts';
import { unsupportedAdvice } from '../../../src/presentation/unsupportedText.ts';
import {
  isGuardWanted,
  parseWorkspaceGuard,
  workspaceGuardChoices,
} from '../../../src/presentation/workspaceGuard.ts';
import { refusedCommands, runAnywayChoices } from '../../../src/presentation/runAnywayText.ts';
import type { AuditRecord } from '../../../src/protocol/auditRecord.ts';
import { createDenial, createNote, createRecord } from './recordFixture.ts';

const status: GuardStatus = {
  ...{ supported: true, guardEnabled: true, here: 'follow', unprotected: 0, endpoint: 'connected' },
  ...{ cause: null, mode: 'enforce', until: null, unseenDenials: 0, problem: null },
};

it('lets a person say otherwise in one workspace, and follows the setting when they said nothing', () => {
  const wanted = (['follow', 'on', 'off'] as const).flatMap((here) =>
    [true, false].map((setting) => isGuardWanted(setting, here)),
  );
  assert.deepEqual(wanted, [true, false, true, true, false, false]);
  assert.deepEqual(['on', 'off', undefined, true, 'ON'].map(parseWorkspaceGuard), [
    'on',
    'off',
    'follow',
    'follow',
    'follow',
  ]);
});

it('offers each choice with a sentence, and marks the current one', () => {
  const choices = workspaceGuardChoices(true, 'off');
  assert.deepEqual(
    choices.map(({ value, description }) => [value, description ?? '']),
    [
      ['follow', ''],
      ['on', ''],
      ['off', 'current'],
    ],
  );
  assert.ok(choices.every(({ detail }) => detail.endsWith('.')));
});

it('offers behind the modes what is next: a refused command, unguarded terminals, this workspace', () => {
  const kinds = (changes: Partial<GuardStatus>, refused = false): readonly (string | null)[] =>
    statusMenu({ ...status, ...changes }, refused ? createRecord() : null).map(
      ({ action }) => action?.kind ?? null,
    );
  const modes = Array.from({ length: 5 }, () => 'mode');
  assert.deepEqual(kinds({}), [...modes, null, 'workspaceGuard']);
  assert.deepEqual(kinds({ unprotected: 2 }, true), [
    ...modes,
    null,
    'runAnyway',
    'showTerminals',
    'workspaceGuard',
  ]);
  assert.equal(kinds({ guardEnabled: false, unprotected: 2 })[0], 'protect');
  assert.ok(!kinds({ guardEnabled: false, unprotected: 2 }).includes('showTerminals'));
});

it('offers what was refused in a terminal, the newest first and each command once', () => {
  const refused = (command: string, sid: number): AuditRecord => createDenial({ request: { command }, sid });
  const note = createNote({ decision: createDenial().decision });
  const records = [refused('a', 1), refused('b', 2), refused('c', 1), refused('a', 1), note];
  const commands = (sid: number | null): string[] =>
    runAnywayChoices(refusedCommands(records, sid)).map(({ label }) => label);
  assert.deepEqual(commands(1), ['a', 'c']);
  assert.deepEqual(commands(null), ['a', 'c', 'b']);
  assert.deepEqual(commands(3), []);
  // What a person has let run is not offered to be run.
  records.push(createRecord({ request: { command: 'a' }, sid: 1, cwd: refused('a', 1).cwd }));
  assert.deepEqual(commands(1), ['c']);
  assert.deepEqual(commands(null), ['c', 'b']);
});

it('leads where there is no library to where there is one', () => {
  assert.deepEqual(
    [unsupportedAdvice('win32', 'x64').help, unsupportedAdvice('freebsd', 'x64').help],
    ['wsl', 'platforms'],
  );
  assert.match(unsupportedAdvice('win32', 'x64').text, /WSL/);
});
