import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../../src/base/assert.ts';
import { isRecord, parseJson } from '../../../src/base/record.ts';
import { anthropicMessages } from './anthropicMessages.ts';
import type { Dialect, ModelAnswer, ModelRequest } from './dialect.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openaiChat.ts';
import { openaiResponses } from './openaiResponses.ts';
import { chooseCall } from './step.ts';
import type { Step, ToolCall } from './step.ts';

const dialects: readonly Dialect[] = [anthropicMessages, openaiResponses, openaiChat, gemini];

/** What one agent is to do. */
export interface Script {
  readonly steps: readonly Step[];
  /**
   * Called once for every step before the agent hears of it, and with the number of steps at the end: so that the
   * world is looked at, and changed, between steps. `results` is what the tools gave back so far, one for each step.
   */
  readonly reached?: (step: number, results: readonly string[]) => Promise<void>;
}

/** What became of a script. */
export interface Played {
  /** What each step's tool gave back to the agent, so far. */
  results: readonly string[];
  /** What went wrong in the model itself. */
  readonly problems: string[];
}

/**
 * A model on loopback that has real coding agents do what a script says, step by step: no account, no network, and
 * the same every time. It speaks the interfaces of four vendors. One agent at a time.
 */
export class ScriptedModel {
  readonly #server: Server;
  #script: Script = { steps: [] };
  #played: Played = { results: [], problems: [] };
  /** For every step that was reached, when the world is ready for it. */
  #ready: Promise<void>[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((thrown: unknown) => {
        this.#played.problems.push(messageOf(thrown));
        response.destroy();
      });
    });
  }

  static async start(): Promise<ScriptedModel> {
    const model = new ScriptedModel();
    await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  /** `http://127.0.0.1:PORT`. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Has the next agent do this; what comes of it is written into the value that this gives back. */
  play(script: Script): Played {
    this.#script = script;
    this.#ready = [];
    this.#played = { results: [], problems: [] };
    return this.#played;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const dialect = dialects.find((each) => each.isFor(path));
    if (dialect === undefined) {
      answerAside(path, response);
      return;
    }
    const parsed = parseJson(await readText(request));
    if (!parsed.ok || !isRecord(parsed.value)) throw new Error(`${path} was asked with what is no object`);
    const call = await this.#decide(dialect.read(parsed.value));
    send(response, dialect.answer(call, parsed.value, path));
  }

  /** The step behind those whose results are there; agents also ask for titles and the like, without tools. */
  async #decide({ tools, results }: ModelRequest): Promise<ToolCall | null> {
    const { steps, reached } = this.#script;
    const step = results.length;
    if (step < this.#played.results.length || tools.length === 0) return null;
    this.#played.results = results;
    this.#ready[step] ??= reached?.(step, results) ?? Promise.resolve();
    await this.#ready[step];
    const next = steps[step];
    if (next === undefined) return null;
    const call = chooseCall(next, tools);
    if (call === null) throw new Error(`the agent offers no tool for a step, only ${tools.join(' ')}`);
    return call;
  }
}

/** What agents ask for beside a conversation. */
function answerAside(path: string, response: ServerResponse): void {
  const known: unknown = path.endsWith('/models')
    ? { object: 'list', data: [{ id: 'scripted', object: 'model' }], models: [] }
    : path.endsWith('/count_tokens')
      ? { input_tokens: 1 }
      : null;
  response.writeHead(known === null ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(known ?? {}));
}

function send(response: ServerResponse, answer: ModelAnswer): void {
  if ('json' in answer) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.json));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const { event, data } of answer.frames) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`);
  }
  response.end();
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
