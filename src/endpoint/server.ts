import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { Disposable } from '../base/disposable.ts';
import { refuse } from './exchange.ts';
import type { Caller, EndpointRequest, EndpointResponse, StreamSink } from './exchange.ts';

/** How long a request's head may take, in milliseconds; the peer's values. */
const headerTimeoutMs = 5_000;
const requestTimeoutMs = 30_000;
const keepAliveTimeoutMs = 120_000;

/** How often the limits above are checked, in milliseconds. */
const timeoutCheckMs = 1_000;

/** The largest head of a request in bytes, as the peer has it. */
const maxHeaderBytes = 65_536;

/** How many connections are open at once; more are closed as they come. */
const maxConnections = 4_096;

/** What one of our two doors adds to the exchange. */
export interface DoorSettings {
  readonly maxBodyBytes: number;
  /** Why a request may not come in at this door; null lets it in. */
  readonly refusalOf: (incoming: IncomingMessage) => string | null;
  readonly callerOf: (incoming: IncomingMessage) => Caller;
  /** Total: a failure of ours is an answer too. */
  readonly answer: (request: EndpointRequest) => Promise<EndpointResponse> | EndpointResponse;
}

/** An HTTP/1.1 server that is not listening yet: limits, framing and JSON on the outside, plain values inside. */
export function createDoor(settings: DoorSettings): Server {
  const server = createServer(
    {
      headersTimeout: headerTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: timeoutCheckMs,
      maxHeaderSize: maxHeaderBytes,
    },
    (incoming, outgoing) => {
      receive(settings, incoming, outgoing);
    },
  );
  server.maxConnections = maxConnections;
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return;
    const body = `${JSON.stringify({ error: 'the request could not be read' })}\n`;
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  return server;
}

function receive(settings: DoorSettings, incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.on('error', () => undefined);
  const refusal = settings.refusalOf(incoming);
  if (refusal !== null) {
    closeWith(outgoing, refuse(403, refusal));
    return;
  }
  const pieces: Buffer[] = [];
  let length = 0;
  incoming.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length <= settings.maxBodyBytes) pieces.push(piece);
    else if (!outgoing.headersSent) {
      closeWith(outgoing, refuse(400, `the body is longer than ${settings.maxBodyBytes} bytes`));
    }
  });
  incoming.on('end', () => {
    if (length > settings.maxBodyBytes) return;
    const [first] = pieces;
    const body = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    const answer = settings.answer(requestOf(incoming, body.toString(), settings.callerOf(incoming)));
    if (answer instanceof Promise) sendLater(outgoing, answer);
    else send(outgoing, answer);
  });
}

function sendLater(outgoing: ServerResponse, answer: Promise<EndpointResponse>): void {
  answer.then(
    (response) => send(outgoing, response),
    () => send(outgoing, refuse(500, 'the endpoint failed')),
  );
}

const noQuery = new URLSearchParams();

function requestOf(incoming: IncomingMessage, text: string, caller: Caller): EndpointRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const lastEventId = Number.parseInt(String(incoming.headers['last-event-id']), 10);
  return {
    method: incoming.method ?? '',
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? noQuery : new URLSearchParams(target.slice(mark + 1)),
    text,
    lastEventId: Number.isSafeInteger(lastEventId) ? lastEventId : null,
    caller,
  };
}

function send(outgoing: ServerResponse, response: EndpointResponse): void {
  switch (response.kind) {
    case 'json':
      sendJson(outgoing, response.status, response.body);
      break;
    case 'file':
      sendFile(outgoing, response.descriptor, response.contentType);
      break;
    case 'stream':
      sendStream(outgoing, response.open);
  }
}

/** Answers before the body was read; what is left of it is thrown away with the connection. */
function closeWith(outgoing: ServerResponse, response: EndpointResponse): void {
  outgoing.setHeader('Connection', 'close');
  send(outgoing, response);
}

function sendJson(outgoing: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  outgoing.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  // As text it goes out in one write with the head.
  outgoing.end(text);
}

/** What is appended while the file is sent goes along or not; the descriptor is closed in any case. */
function sendFile(outgoing: ServerResponse, descriptor: number, contentType: string): void {
  outgoing.writeHead(200, { 'Content-Type': contentType });
  pipeline(createReadStream('', { fd: descriptor }), outgoing, () => undefined);
}

function sendStream(outgoing: ServerResponse, open: (sink: StreamSink) => Disposable): void {
  outgoing.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    'X-Accel-Buffering': 'no',
  });
  if (outgoing.req.method === 'HEAD') {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  const stream = open({
    write: (text) => outgoing.write(text),
    queuedBytes: () => outgoing.writableLength,
    onceDrained: (listener) => outgoing.once('drain', listener),
    end: () => outgoing.end(),
  });
  outgoing.on('close', () => {
    stream.dispose();
  });
}

/** The file descriptor of a connection; Node has it, but does not say so in its types. */
export function descriptorOf(socket: Socket): number | null {
  const handle: unknown = Reflect.get(socket, '_handle');
  const descriptor: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : null;
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : null;
}
