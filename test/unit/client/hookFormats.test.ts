import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatHookArming,
  formatHookDenial,
  hookFormats,
  parseHookInput,
} from '../../../src/client/agents/hookFormats.ts';

const inputs = {
  'claude-code': {
    tool_name: 'Bash',
    tool_input: { command: 'ls', description: 'd' },
    cwd: '/w',
    session_id: 's',
  },
  copilot: { toolName: 'bash', toolArgs: { command: 'ls', description: 'd' }, cwd: '/w', sessionId: 's' },
  gemini: { tool_name: 'run_shell_command', tool_input: { command: 'ls' }, cwd: '/w', session_id: 's' },
} as const;

for (const format of hookFormats) {
  test(`${format} tells of a command, its directory and its conversation`, () => {
    const read = parseHookInput(format, JSON.stringify(inputs[format]));
    assert.ok(read.ok && read.value !== null);
    const { command, cwd, session } = read.value;
    assert.deepEqual([command, cwd, session], ['ls', '/w', 's']);
  });
}

test('what Copilot was given may be the text of an object', () => {
  const input = { ...inputs.copilot, toolArgs: JSON.stringify(inputs.copilot.toolArgs) };
  const read = parseHookInput('copilot', JSON.stringify(input));
  assert.ok(read.ok);
  assert.equal(read.value?.command, 'ls');
});

test('a tool that runs no command is nothing to ask about; what cannot be read is a failure', () => {
  assert.deepEqual(parseHookInput('gemini', '{"tool_name":"read_file","tool_input":{}}'), {
    ok: true,
    value: null,
  });
  for (const text of [
    '',
    '[]',
    '{}',
    '{"tool_name":"run_shell_command"}',
    '{"tool_name":"run_shell_command","tool_input":{"command":1}}',
  ])
    assert.equal(parseHookInput('gemini', text).ok, false, text);
});

test('a denial carries its reason in the form of each agent', () => {
  assert.deepEqual(
    hookFormats.map((format): unknown => JSON.parse(formatHookDenial(format, 'no'))),
    [
      {
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          permissionDecision: 'deny',
          permissionDecisionReason: 'no',
        },
      },
      { permissionDecision: 'deny', permissionDecisionReason: 'no' },
      { decision: 'deny', reason: 'no' },
    ],
  );
});

test('an agent that lets a hook change a command runs it with the library, and with all else that it was given', () => {
  const read = parseHookInput('copilot', JSON.stringify(inputs.copilot));
  assert.ok(read.ok && read.value !== null);
  assert.deepEqual(JSON.parse(formatHookArming('copilot', read.value, { LD_PRELOAD: "/a'b.so", X: '1' })), {
    modifiedArgs: { command: "export LD_PRELOAD='/a'\\''b.so' X='1'\nls", description: 'd' },
  });
  assert.equal(formatHookArming('claude-code', read.value, { X: '1' }), '{}');
});
