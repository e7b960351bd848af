import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  agentOfProgram,
  agentSigns,
  recogniseEnvironment,
  recogniseMarkers,
} from '../../../src/protocol/agentRegistry.ts';
import { agentMarkers } from '../../../src/protocol/environment.ts';

test('every marker has a sign, and every sign is of a marker', () => {
  assert.deepEqual(new Set(agentSigns.map(({ marker }) => marker)), new Set(agentMarkers));
});

for (const [what, environment, agent] of [
  ['nothing', {}, null],
  [
    'a marker that says no',
    { CLAUDECODE: '0', GEMINI_CLI: 'false', KILO: 'no', OPENCODE: 'off', CRUSH: '' },
    null,
  ],
  ['a specific marker', { CLINE_ACTIVE: 'true' }, 'cline'],
  ['a general marker that names its agent', { AI_AGENT: 'github_copilot_vscode_agent' }, 'copilot'],
  [
    'a general marker beside the specific one of another',
    { AI_AGENT: 'claude-code_2.1_agent', COPILOT_AGENT: '1' },
    'claude-code',
  ],
  ['a general marker that only says yes', { AI_AGENT: '1', GEMINI_CLI: '1' }, 'gemini'],
  ['a general marker of an agent that nobody knows', { AI_AGENT: 'newcomer' }, 'agent'],
  [
    'one agent inside another',
    { CODEX_THREAD_ID: 'x', CLAUDECODE: '1', AI_AGENT: 'claude-code_2_agent' },
    'codex',
  ],
  ['a name that is on the list', { AGENT: 'goose' }, 'goose'],
  ['a name that others use for something else', { AGENT: '/tmp/ssh-agent.sock' }, null],
  ['a value that only begins like a name on the list', { AGENT: 'amplifier' }, null],
  ['a name that says yes beside a specific marker', { AGENT: '1', OPENCODE: '1' }, 'opencode'],
  ['a name that only says yes', { AGENT: '1' }, null],
  ['the host of its own in which it works', { CURSOR_EXTENSION_HOST_ROLE: 'agent-exec' }, 'cursor'],
  ['a host for extensions', { CURSOR_EXTENSION_HOST_ROLE: 'user' }, null],
  ['its marker in the host of another', { CURSOR_EXTENSION_HOST_ROLE: 'agent-exec', CODEX_CI: '1' }, 'codex'],
] as const) {
  test(`recognises ${agent ?? 'no agent'} by ${what}`, () =>
    assert.equal(recogniseEnvironment(environment), agent));
}

test('takes a value that cannot be read for an agent’s', () => {
  assert.equal(
    recogniseMarkers(['AGENT'], () => null),
    'agent',
  );
  assert.equal(
    recogniseMarkers(['AI_AGENT'], () => null),
    'agent',
  );
});

test('knows agents by the last component of their program', () => {
  assert.equal(agentOfProgram('/usr/local/bin/claude'), 'claude-code');
  assert.equal(agentOfProgram('/usr/bin/claudette'), null);
  assert.equal(agentOfProgram(null), null);
});
