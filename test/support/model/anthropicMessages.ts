import { lastWords, recordsOf, resultText, textsOf } from './dialect.ts';
import type { Dialect, EventFrame } from './dialect.ts';

/** Anthropic's Messages API, as Claude Code speaks it. */
export const anthropicMessages: Dialect = {
  isFor: (path) => path.endsWith('/v1/messages'),
  read: (body) => ({
    tools: textsOf(recordsOf(body['tools']).map((tool) => tool['name'])),
    results: recordsOf(body['messages'])
      .flatMap((message) => recordsOf(message['content']))
      .filter((block) => block['type'] === 'tool_result')
      .map((block) => resultText(block['content'])),
  }),
  answer: (reply, body) => {
    const stop_reason = reply === null ? 'end_turn' : 'tool_use';
    const block =
      reply === null
        ? { type: 'text', text: lastWords }
        : { type: 'tool_use', id: `toolu_${crypto.randomUUID()}`, name: reply.tool, input: reply.words };
    const message = {
      id: `msg_${crypto.randomUUID()}`,
      type: 'message',
      role: 'assistant',
      model: body['model'],
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    if (body['stream'] !== true) return { json: { ...message, content: [block], stop_reason } };
    const [begun, delta] =
      reply === null
        ? [
            { type: 'text', text: '' },
            { type: 'text_delta', text: lastWords },
          ]
        : [
            { ...block, input: {} },
            { type: 'input_json_delta', partial_json: JSON.stringify(reply.words) },
          ];
    return {
      frames: [
        frame('message_start', { message: { ...message, content: [], stop_reason: null } }),
        frame('content_block_start', { index: 0, content_block: begun }),
        frame('content_block_delta', { index: 0, delta }),
        frame('content_block_stop', { index: 0 }),
        frame('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } }),
        frame('message_stop', {}),
      ],
    };
  },
};

function frame(type: string, members: object): EventFrame {
  return { event: type, data: { type, ...members } };
}
