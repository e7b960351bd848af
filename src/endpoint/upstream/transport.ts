import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { messageOf } from '../../base/assert.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { UpstreamTarget } from './target.ts';

/** How many connections are open at once; further questions wait for one, within their deadline. */
const maxConnections = 16;

/** How long a connection may take, TLS included, in milliseconds. */
const connectTimeoutMs = 400;

/** An idle connection is closed before the peer does it (120 s), so that no question meets a closing one. */
const keepAliveMs = 30_000;

/** The longest answer that is read, in bytes; the peer's own clients read no more. */
const maxAnswerBytes = 65_536;

/** One question to the upstream. */
export interface UpstreamCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: object | null;
  readonly timeoutMs: number;
}

/** An answer: its status, and its body where that is a JSON value; undefined where it is none, or is too long. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A stream of the upstream's; it ends with an error or without one. */
export interface UpstreamStream {
  readonly status: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** The connections to one upstream. A failure is why there was no answer. */
export interface UpstreamTransport {
  call(call: UpstreamCall): Promise<Result<UpstreamAnswer, string>>;
  open(path: string, signal: AbortSignal): Promise<Result<UpstreamStream, string>>;
  close(): void;
}

/** Keeps connections to an upstream. Never follows a redirect, obeys no proxy variable. */
export function createTransport({ url, token, authorities }: UpstreamTarget): UpstreamTransport {
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections: maxConnections,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    connect: { timeout: connectTimeoutMs, ...(authorities === null ? {} : { ca: authorities }) },
  });
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return {
    call: (call) => callOnce(pool, { ...call, path: `${prefix}${call.path}` }, headers, true),
    open: async (path, signal) => {
      try {
        const accept = { ...headers, accept: 'text/event-stream' };
        const options = { method: 'GET', path: `${prefix}${path}`, headers: accept, signal } as const;
        // The peer's stream has no heartbeat: its silence says nothing.
        const { statusCode, body } = await pool.request({
          ...options,
          bodyTimeout: 0,
          headersTimeout: 5_000,
        });
        return success({ status: statusCode, bytes: body });
      } catch (thrown) {
        return failure(messageOf(thrown));
      }
    },
    close: () => {
      pool.destroy().catch(() => undefined);
    },
  };
}

async function callOnce(
  pool: Pool,
  { method, path, body, timeoutMs }: UpstreamCall,
  headers: Readonly<Record<string, string>>,
  mayRepeat: boolean,
): Promise<Result<UpstreamAnswer, string>> {
  const started = performance.now();
  try {
    const content = body === null ? {} : { 'content-type': 'application/json' };
    const { statusCode, body: answer } = await pool.request({
      method,
      path,
      headers: { ...headers, ...content },
      body: body === null ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))),
    });
    return success({ status: statusCode, body: parseAnswer(await readAnswer(answer)) });
  } catch (thrown) {
    const left = timeoutMs - (performance.now() - started);
    // A connection that was kept may have died while nobody looked, with a server that was started anew for one.
    if (mayRepeat && left > 1 && isCutConnection(thrown)) {
      return callOnce(pool, { method, path, body, timeoutMs: left }, headers, false);
    }
    return failure(reasonOf(thrown, timeoutMs));
  }
}

async function readAnswer(answer: Dispatcher.ResponseData['body']): Promise<string | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxAnswerBytes) return null;
  }
  return Buffer.concat(pieces).toString();
}

function parseAnswer(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isCutConnection(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

function codeOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : null;
}

function reasonOf(thrown: unknown, timeoutMs: number): string {
  const isLate = thrown instanceof Error && thrown.name === 'TimeoutError';
  return isLate ? `no answer within ${Math.round(timeoutMs)} ms` : messageOf(thrown);
}
