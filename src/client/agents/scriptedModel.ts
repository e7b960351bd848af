import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRecord, parseJson } from '../../base/record.ts';
import { modelDialects } from './modelDialects.ts';
import type { ModelDialect, ModelReply, ModelTurn } from './modelDialects.ts';
import { callShell } from './shellCall.ts';

/** A model that is no model: it has an agent run given commands, one after the other, and hears what they print. */
export interface ScriptedModel extends ModelServer {
  /** What the agent's shell tool gave back, a text for each command that was run. */
  readonly results: readonly string[];
}

/** The most of a request that is read, in bytes; an agent's instructions and tools are some hundred kilobytes. */
const maxRequestBytes = 16_777_216;

/** A server that agents take for their model's. */
export interface ModelServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a scripted model on loopback that has an agent run these commands; one without a shell hears the closing word.
 */
export async function startScriptedModel(commands: readonly string[]): Promise<ScriptedModel> {
  let results: readonly string[] = [];
  const server = await serveModel((turn) => {
    if (turn.results.length > results.length) results = turn.results;
    const command = commands[turn.results.length];
    return command === undefined ? null : callShell(command, turn.tools);
  });
  return {
    ...server,
    get results() {
      return results;
    },
  };
}

/**
 * Serves the APIs of `modelDialects.ts` on loopback; what an agent asks for besides is answered with an empty object.
 * When deciding fails, the connection is cut.
 */
export async function serveModel(
  decide: (turn: ModelTurn) => ModelReply | Promise<ModelReply>,
): Promise<ModelServer> {
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
    const isStreamed = turn.isStreamed || url.pathname.endsWith(':streamGenerateContent');
    answer(dialect, { reply: await decide(turn), turn, isStreamed }, response);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: isRecord(address) && typeof address['port'] === 'number' ? address['port'] : 0,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Answer {
  readonly reply: ModelReply;
  readonly turn: ModelTurn;
  readonly isStreamed: boolean;
}

function answer(dialect: ModelDialect, { reply, turn, isStreamed }: Answer, response: ServerResponse): void {
  if (!isStreamed) {
    writeJson(dialect.writeWhole(reply, turn), response);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const { name, payload } of dialect.write(reply, turn)) {
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
