import { isRecord } from '../../base/record.ts';

/** What a coding agent told its model, as far as a scripted one has to know it. */
export interface ModelTurn {
  /** The names of the tools that the agent offers. */
  readonly tools: readonly string[];
  /** What the tools gave back so far, in order. */
  readonly results: readonly string[];
  readonly model: string;
  readonly isStreamed: boolean;
}

/** What the model says next: run a command with a tool, or a closing word. */
export type ModelSaying =
  | { readonly kind: 'call'; readonly tool: string; readonly command: string; readonly number: number }
  | { readonly kind: 'end' };

/** One event of a streamed answer; the name stands only where the API has names. */
export interface ModelEvent {
  readonly name?: string;
  readonly payload: unknown;
}

/** The API of one vendor: how it is recognised, read and answered. */
export interface ModelDialect {
  /** The end of the path of a request, without its query. */
  readonly path: RegExp;
  /** The tools that run shell text, as agents call them. */
  readonly shellTools: readonly string[];
  read(body: Readonly<Record<string, unknown>>): ModelTurn;
  /** The answer as events; the last one of a dialect that is not streamed is the whole answer. */
  write(saying: ModelSaying, turn: ModelTurn): readonly ModelEvent[];
  /** The answer as one value. */
  writeWhole(saying: ModelSaying, turn: ModelTurn): unknown;
}

const closingWord = 'done';

/** What a tool is given besides the command, where its schema wants a word on it. */
const description = 'run';

/** The Messages API of Anthropic. */
const messages: ModelDialect = {
  path: /\/v1\/messages$/,
  shellTools: ['Bash'],
  read: (body) => ({
    tools: listOf(body['tools']).map((tool) => textOf(tool['name'])),
    results: listOf(body['messages'])
      .flatMap((message) => listOf(message['content']))
      .filter((part) => part['type'] === 'tool_result')
      .map((part) => textOf(part['content'])),
    model: textOf(body['model']),
    isStreamed: body['stream'] === true,
  }),
  write: (saying, { model }) => {
    const block =
      saying.kind === 'end'
        ? { start: { type: 'text', text: '' }, delta: { type: 'text_delta', text: closingWord } }
        : {
            start: { ...messagesCall(saying), input: {} },
            delta: { type: 'input_json_delta', partial_json: JSON.stringify(messagesCall(saying).input) },
          };
    const delta = { stop_reason: messagesStop(saying), stop_sequence: null };
    return [
      { type: 'message_start', message: messagesAnswer(model, [], null) },
      { type: 'content_block_start', index: 0, content_block: block.start },
      { type: 'content_block_delta', index: 0, delta: block.delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ].map((payload) => ({ name: payload.type, payload }));
  },
  writeWhole: (saying, { model }) =>
    messagesAnswer(
      model,
      [saying.kind === 'end' ? { type: 'text', text: closingWord } : messagesCall(saying)],
      messagesStop(saying),
    ),
};

function messagesCall({ tool, command, number }: ModelSaying & { kind: 'call' }): {
  readonly type: 'tool_use';
  readonly input: { readonly command: string; readonly description: string };
} & Record<'id' | 'name', string> {
  return { type: 'tool_use', id: `toolu_${number}`, name: tool, input: { command, description } };
}

function messagesStop({ kind }: ModelSaying): string {
  return kind === 'end' ? 'end_turn' : 'tool_use';
}

function messagesAnswer(model: string, content: readonly unknown[], stop: string | null): unknown {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model };
  return { ...head, content, stop_reason: stop, stop_sequence: null, usage };
}

/** The Responses API of OpenAI. */
const responses: ModelDialect = {
  path: /\/responses$/,
  shellTools: ['exec_command', 'shell_command', 'shell'],
  read: (body) => ({
    tools: listOf(body['tools']).map((tool) => textOf(tool['name'])),
    results: listOf(body['input'])
      .filter((item) => textOf(item['type']).endsWith('call_output'))
      .map((item) => textOf(item['output'])),
    model: textOf(body['model']),
    isStreamed: true,
  }),
  write: (saying) => {
    const item = responsesItem(saying);
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    return [
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id: 'resp_1', output: [item], usage } },
    ].map((payload) => ({ name: payload.type, payload }));
  },
  writeWhole: (saying) => ({ id: 'resp_1', output: [responsesItem(saying)] }),
};

function responsesItem(saying: ModelSaying): unknown {
  if (saying.kind === 'end') {
    const content = [{ type: 'output_text', text: closingWord, annotations: [] }];
    return { type: 'message', id: 'm_1', role: 'assistant', content };
  }
  const { tool, command, number } = saying;
  const given =
    tool === 'exec_command'
      ? { cmd: command }
      : { command: tool === 'shell' ? ['bash', '-lc', command] : command };
  const call = { id: `fc_${number}`, call_id: `call_${number}`, name: tool };
  return { type: 'function_call', ...call, arguments: JSON.stringify(given) };
}

/** The Chat Completions API of OpenAI, which many others speak. */
const completions: ModelDialect = {
  path: /\/chat\/completions$/,
  shellTools: ['bash', 'shell', 'run_shell_command', 'execute_command', 'run_in_terminal'],
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
  write: (saying, { model }) => {
    const chunk = { id: 'c1', object: 'chat.completion.chunk', created: 1, model };
    const reason = completionsReason(saying);
    return [
      {
        payload: {
          ...chunk,
          choices: [{ index: 0, delta: completionsMessage(saying), finish_reason: null }],
        },
      },
      { payload: { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: reason }] } },
      { payload: '[DONE]' },
    ];
  },
  writeWhole: (saying, { model }) => ({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message: completionsMessage(saying), finish_reason: completionsReason(saying) }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }),
};

function completionsMessage(saying: ModelSaying): unknown {
  if (saying.kind === 'end') return { role: 'assistant', content: closingWord };
  const { tool, command, number } = saying;
  const called = { name: tool, arguments: JSON.stringify({ command, description }) };
  const call = { index: 0, id: `call_${number}`, type: 'function', function: called };
  return { role: 'assistant', content: null, tool_calls: [call] };
}

function completionsReason({ kind }: ModelSaying): string {
  return kind === 'end' ? 'stop' : 'tool_calls';
}

/** The Gemini API of Google. */
const gemini: ModelDialect = {
  path: /:(?:streamGenerateContent|generateContent)$/,
  shellTools: ['run_shell_command'],
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
  write: (saying) => [{ payload: geminiAnswer(saying) }],
  writeWhole: (saying) => geminiAnswer(saying),
};

function geminiAnswer(saying: ModelSaying): unknown {
  const part =
    saying.kind === 'end'
      ? { text: closingWord }
      : { functionCall: { name: saying.tool, args: { command: saying.command } } };
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
