import { lastWords, recordsOf, resultText, textsOf } from './dialect.ts';
import type { Dialect, EventFrame } from './dialect.ts';

const usage = {
  input_tokens: 1,
  input_tokens_details: null,
  output_tokens: 1,
  output_tokens_details: null,
  total_tokens: 2,
};

/** OpenAI's Responses API, as Codex speaks it: always a stream. */
export const openaiResponses: Dialect = {
  isFor: (path) => path.endsWith('/responses'),
  read: (body) => ({
    tools: textsOf(recordsOf(body['tools']).map((tool) => tool['name'])),
    results: recordsOf(body['input'])
      .filter((item) => item['type'] === 'function_call_output')
      .map((item) => resultText(item['output'])),
  }),
  answer: (reply) => {
    const id = crypto.randomUUID();
    const item =
      reply === null
        ? {
            type: 'message',
            id: `msg_${id}`,
            role: 'assistant',
            content: [{ type: 'output_text', text: lastWords, annotations: [] }],
          }
        : {
            type: 'function_call',
            id: `fc_${id}`,
            call_id: `call_${id}`,
            name: reply.tool,
            arguments: JSON.stringify(reply.words),
          };
    return {
      frames: [
        frame('response.created', { response: { id: `resp_${id}` } }),
        frame('response.output_item.done', { output_index: 0, item }),
        frame('response.completed', { response: { id: `resp_${id}`, output: [item], usage } }),
      ],
    };
  },
};

function frame(type: string, members: object): EventFrame {
  return { event: type, data: { type, ...members } };
}
