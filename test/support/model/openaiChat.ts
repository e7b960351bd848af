import { isRecord } from '../../../src/base/record.ts';
import { lastWords, recordsOf, resultText, textsOf } from './dialect.ts';
import type { Dialect } from './dialect.ts';

/** OpenAI's Chat Completions API, as OpenCode and Copilot CLI speak it to a model of one's own. */
export const openaiChat: Dialect = {
  isFor: (path) => path.endsWith('/chat/completions'),
  read: (body) => ({
    tools: textsOf(
      recordsOf(body['tools']).map(({ function: tool }) => (isRecord(tool) ? tool['name'] : null)),
    ),
    results: recordsOf(body['messages'])
      .filter((message) => message['role'] === 'tool')
      .map((message) => resultText(message['content'])),
  }),
  answer: (reply, body) => {
    const finish_reason = reply === null ? 'stop' : 'tool_calls';
    const message =
      reply === null
        ? { role: 'assistant', content: lastWords }
        : {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                index: 0,
                id: `call_${crypto.randomUUID()}`,
                type: 'function',
                function: { name: reply.tool, arguments: JSON.stringify(reply.words) },
              },
            ],
          };
    const answer = { id: `chatcmpl_${crypto.randomUUID()}`, created: 1, model: body['model'] };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    if (body['stream'] !== true) {
      const choices = [{ index: 0, message, finish_reason }];
      return { json: { ...answer, object: 'chat.completion', choices, usage } };
    }
    const chunk = { ...answer, object: 'chat.completion.chunk' };
    return {
      frames: [
        { data: { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] } },
        { data: { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }], usage } },
        { data: '[DONE]' },
      ],
    };
  },
};
