import { isRecord } from '../../base/record.ts';
import type { ToolCall } from './shellCall.ts';

/** What a coding agent told its model, as far as a scripted one has to know it. */
export interface ModelTurn {
  /** The names of the tools that the agent offers. */
  readonly tools: readonly string[];
  /** What the tools gave back so far, in order. */
  readonly results: readonly string[];
  readonly model: string;
  readonly isStreamed: boolean;
}

/** What the model says next: a call of one of the agent's tools; null is a closing word. */
export type ModelReply = ToolCall | null;

/** One event of a streamed answer; the name stands only where the API has names. */
export interface ModelEvent {
  readonly name?: string;
  readonly payload: unknown;
}

/** The API of one vendor: how it is recognised, read and answered. */
export interface ModelDialect {
  /** The end of the path of a request, without its query. */
  readonly path: RegExp;
  read(body: Readonly<Record<string, unknown>>): ModelTurn;
  /** The answer as events; the last one of a dialect that is not streamed is the whole answer. */
  write(reply: ModelReply, turn: ModelTurn): readonly ModelEvent[];
  /** The answer as one value. */
  writeWhole(reply: ModelReply, turn: ModelTurn): unknown;
}

const closingWord = 'done';

/** Of the call that is said next, in its conversation. */
const numberOf = ({ results }: ModelTurn): number => results.length + 1;

/** The Messages API of Anthropic. */
const messages: ModelDialect = {
  path: /\/v1\/messages$/,
  read: (body) => ({
    tools: listOf(body['tools']).map((tool) => textOf(tool['name'])),
    results: listOf(body['messages'])
      .flatMap((message) => listOf(message['content']))
      .filter((part) => part['type'] === 'tool_result')
      .map((part) => textOf(part['content'])),
    model: textOf(body['model']),
    isStreamed: body['stream'] === true,
  }),
  write: (reply, turn) => {
    const block =
      reply === null
        ? { start: { type: 'text', text: '' }, delta: { type: 'text_delta', text: closingWord } }
        : {
            start: { ...messagesCall(reply, turn), input: {} },
            delta: { type: 'input_json_delta', partial_json: JSON.stringify(reply.words) },
          };
    const delta = { stop_reason: messagesStop(reply), stop_sequence: null };
    return [
      { type: 'message_start', message: messagesAnswer(turn.model, [], null) },
      { type: 'content_block_start', index: 0, content_block: block.start },
      { type: 'content_block_delta', index: 0, delta: block.delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ].map((payload) => ({ name: payload.type, payload }));
  },
  writeWhole: (reply, turn) =>
    messagesAnswer(
      turn.model,
      [reply === null ? { type: 'text', text: closingWord } : messagesCall(reply, turn)],
      messagesStop(reply),
    ),
};

function messagesCall({ tool, words }: ToolCall, turn: ModelTurn): object {
  return { type: 'tool_use', id: `toolu_${numberOf(turn)}`, name: tool, input: words };
}

function messagesStop(reply: ModelReply): string {
  return reply === null ? 'end_turn' : 'tool_use';
}

function messagesAnswer(model: string, content: readonly unknown[], stop: string | null): unknown {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model };
  return { ...head, content, stop_reason: stop, stop_sequence: null, usage };
}

/** The Responses API of OpenAI. */
const responses: ModelDialect = {
  path: /\/responses$/,
  read: (body) => ({
    tools: listOf(body['tools']).map((tool) => textOf(tool['name'])),
    results: listOf(body['input'])
      .filter((item) => textOf(item['type']).endsWith('call_output'))
      .map((item) => textOf(item['output'])),
    model: textOf(body['model']),
    isStreamed: true,
  }),
  write: (reply, turn) => {
    const item = responsesItem(reply, turn);
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    return [
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id: 'resp_1', output: [item], usage } },
    ].map((payload) => ({ name: payload.type, payload }));
  },
  writeWhole: (reply, turn) => ({ id: 'resp_1', output: [responsesItem(reply, turn)] }),
};

function responsesItem(reply: ModelReply, turn: ModelTurn): unknown {
  if (reply === null) {
    const content = [{ type: 'output_text', text: closingWord, annotations: [] }];
    return { type: 'message', id: 'm_1', role: 'assistant', content };
  }
  const number = numberOf(turn);
  const call = { id: `fc_${number}`, call_id: `call_${number}`, name: reply.tool };
  return { type: 'function_call', ...call, arguments: JSON.stringify(reply.words) };
}

/** The Chat Completions API of OpenAI, which many others speak. */
const completions: ModelDialect = {
  path: /\/chat\/completions$/,
  read: (body) => ({
    tools: listOf(body['tools']).map((tool) =>
      isRecord(tool['function']) ? textOf(tool['function']['name']) : '',
    ),
    results: listOf(body['messages'])
      .filter((message) => message['role'] === 'tool')
      .map((message) => textOf(message['content'])),
    model: textOf(body['model']),
    isStreamed: body['stream'] === true,
  }),
  write: (reply, turn) => {
    const chunk = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: turn.model };
    const choice = { index: 0, delta: completionsMessage(reply, turn), finish_reason: null };
    const last = { index: 0, delta: {}, finish_reason: completionsReason(reply) };
    return [
      { payload: { ...chunk, choices: [choice] } },
      { payload: { ...chunk, choices: [last], usage: completionsUsage } },
      { payload: '[DONE]' },
    ];
  },
  writeWhole: (reply, turn) => ({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: turn.model,
    choices: [
      { index: 0, message: completionsMessage(reply, turn), finish_reason: completionsReason(reply) },
    ],
    usage: completionsUsage,
  }),
};

const completionsUsage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function completionsMessage(reply: ModelReply, turn: ModelTurn): unknown {
  if (reply === null) return { role: 'assistant', content: closingWord };
  const called = { name: reply.tool, arguments: JSON.stringify(reply.words) };
  const call = { index: 0, id: `call_${numberOf(turn)}`, type: 'function', function: called };
  return { role: 'assistant', content: null, tool_calls: [call] };
}

function completionsReason(reply: ModelReply): string {
  return reply === null ? 'stop' : 'tool_calls';
}

/** The Gemini API of Google. */
const gemini: ModelDialect = {
  path: /:(?:streamGenerateContent|generateContent)$/,
  read: (body) => ({
    tools: listOf(body['tools'])
      .flatMap((tool) => listOf(tool['functionDeclarations']))
      .map((declaration) => textOf(declaration['name'])),
    results: listOf(body['contents'])
      .flatMap((content) => listOf(content['parts']))
      .flatMap((part) => (isRecord(part['functionResponse']) ? [part['functionResponse']['response']] : []))
      .map(textOf),
    model: '',
    isStreamed: false,
  }),
  write: (reply) => [{ payload: geminiAnswer(reply) }],
  writeWhole: geminiAnswer,
};

function geminiAnswer(reply: ModelReply): unknown {
  const part =
    reply === null ? { text: closingWord } : { functionCall: { name: reply.tool, args: reply.words } };
  return {
    candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
  };
}

/** The APIs that coding agents speak. */
export const modelDialects: readonly ModelDialect[] = [messages, responses, completions, gemini];

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
