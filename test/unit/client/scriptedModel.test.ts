import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startScriptedModel } from '../../../src/client/agents/scriptedModel.ts';

async function startModel(context: TestContext, commands: readonly string[]) {
  const model = await startScriptedModel(commands);
  context.after(() => model.stop());
  return model;
}

async function post(port: number, path: string, body: unknown): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return response.text();
}

/** A first and a second request of an agent in each API, the second with what its shell tool gave back. */
const conversations: readonly (readonly [string, string, object, object])[] = [
  [
    'Messages',
    '/v1/messages',
    { tools: [{ name: 'Bash' }], messages: [{ role: 'user', content: 'go' }] },
    {
      tools: [{ name: 'Bash' }],
      messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'said' }] }],
    },
  ],
  [
    'Responses',
    '/v1/responses',
    { tools: [{ type: 'function', name: 'exec_command' }], input: [] },
    { tools: [], input: [{ type: 'function_call_output', output: 'said' }] },
  ],
  [
    'Chat Completions',
    '/v1/chat/completions',
    { tools: [{ function: { name: 'bash' } }], messages: [] },
    { tools: [{ function: { name: 'bash' } }], messages: [{ role: 'tool', content: 'said' }] },
  ],
  [
    'Gemini',
    '/v1beta/models/m:generateContent',
    { tools: [{ functionDeclarations: [{ name: 'run_shell_command' }] }], contents: [] },
    { contents: [{ parts: [{ functionResponse: { response: { output: 'said' } } }] }] },
  ],
];

for (const [name, path, first, second] of conversations) {
  for (const isStreamed of [false, true]) {
    test(`an agent that speaks ${name}, ${isStreamed ? 'streamed' : 'whole'}, is told the command, and heard`, async (context) => {
      const model = await startModel(context, ['echo "the command"']);
      const target = isStreamed ? path.replace(':generate', ':streamGenerate') : path;
      const told = await post(model.port, target, { ...first, stream: isStreamed });
      assert.match(told, /the command/);
      assert.equal(model.results.length, 0);
      const ended = await post(model.port, target, { ...second, stream: isStreamed });
      assert.match(ended, /done/);
      assert.match(model.results.join(), /said/);
    });
  }
}

test('commands are told one after the other', async (context) => {
  const model = await startModel(context, ['first', 'second']);
  const tools = [{ function: { name: 'bash' } }];
  const ask = (results: readonly string[]) =>
    post(model.port, '/v1/chat/completions', {
      tools,
      messages: results.map((content) => ({ role: 'tool', content })),
    });
  assert.match(await ask([]), /first/);
  assert.match(await ask(['1']), /second/);
  assert.match(await ask(['1', '2']), /done/);
  assert.deepEqual(model.results, ['1', '2']);
});

test('an agent without a shell hears the closing word, and other questions are answered', async (context) => {
  const model = await startModel(context, ['x']);
  assert.match(await post(model.port, '/v1/messages', { tools: [], messages: [] }), /done/);
  assert.equal(await post(model.port, '/v1/messages/count_tokens', {}), '{"input_tokens":1}');
  assert.match(await post(model.port, '/v1/models', {}), /"list"/);
  assert.equal(await post(model.port, '/v1/messages', []), '{}');
});
