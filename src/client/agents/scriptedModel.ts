import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRecord, parseJson } from '../../base/record.ts';
import { modelDialects } from './modelDialects.ts';
import type { ModelDialect, ModelSaying, ModelTurn } from './modelDialects.ts';

/** A model that is no model: it has an agent run given commands, one after the other, and hears what they print. */
export interface ScriptedModel {
  readonly port: number;
  /** What the agent's shell tool gave back, a text for each command that was run. */
  readonly results: readonly string[];
  stop(): Promise<void>;
}

/** The most of a request that is read, in bytes; an agent's instructions and tools are some hundred kilobytes. */
const maxRequestBytes = 16_777_216;

/**
 * Starts a scripted model on loopback. It speaks the APIs of `modelDialects.ts`; what an agent asks for besides
 * is answered with an empty object.
 */
export async function startScriptedModel(commands: readonly string[]): Promise<ScriptedModel> {
  let results: readonly string[] = [];
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseJson(await readBody(request));
    const url = new URL(request.url ?? '/', 'http://loopback');
    const dialect = modelDialects.find(({ path }) => path.test(url.pathname));
    if (dialect === undefined || !body.ok || !isRecord(body.value)) {
      answerOther(url.pathname, response);
      return;
    }
    const turn = dialect.read(body.value);
    if (turn.results.length > results.length) results = turn.results;
    const isStreamed = turn.isStreamed || url.pathname.endsWith(':streamGenerateContent');
    answer(dialect, { saying: sayNext(commands, dialect, turn), turn, isStreamed }, response);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: isRecord(address) && typeof address['port'] === 'number' ? address['port'] : 0,
    get results() {
      return results;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The command behind as many as have given something back; an agent without a shell hears the closing word. */
function sayNext(
  commands: readonly string[],
  { shellTools }: ModelDialect,
  { tools, results }: ModelTurn,
): ModelSaying {
  const tool = shellTools.find((name) => tools.includes(name));
  const command = commands[results.length];
  if (tool === undefined || command === undefined) return { kind: 'end' };
  return { kind: 'call', tool, command, number: results.length + 1 };
}

interface Answer {
  readonly saying: ModelSaying;
  readonly turn: ModelTurn;
  readonly isStreamed: boolean;
}

function answer(dialect: ModelDialect, { saying, turn, isStreamed }: Answer, response: ServerResponse): void {
  if (!isStreamed) {
    writeJson(dialect.writeWhole(saying, turn), response);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const { name, payload } of dialect.write(saying, turn)) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`);
  }
  response.end();
}

/** What agents ask a model's server besides: which models there are, how long a text is. */
function answerOther(path: string, response: ServerResponse): void {
  if (path.endsWith('/models'))
    writeJson({ object: 'list', data: [{ id: 'fake', object: 'model' }] }, response);
  else writeJson(path.endsWith('count_tokens') ? { input_tokens: 1 } : {}, response);
}

function writeJson(value: unknown, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > maxRequestBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
