import { closeSync, createReadStream, fstatSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Readable, pipeline } from 'node:stream';
import type { EndpointResponse } from './exchange.ts';
import type { Line } from './line.ts';
import type { RequestHead } from './requestHead.ts';

/** How an answer goes out. */
export interface SendingOptions {
  /** Null when the request could not be read. */
  readonly head: RequestHead | null;
  /** Whether another request may follow. */
  readonly keepsOpen: boolean;
  /** Whether nothing is left to be read of what the client has sent so far. */
  readonly isAllRead: boolean;
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Writes an answer to a connection, and ends it unless it is kept open. */
export function sendResponse(line: Line, response: EndpointResponse, options: SendingOptions): void {
  switch (response.kind) {
    case 'json':
      sendJson(line, response, options);
      break;
    case 'files':
      sendFiles(line.socket, response);
      break;
    case 'stream':
      sendStream(line.socket, response, options);
  }
}

function headOf(status: number, fields: string): string {
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Unknown'}\r\n${fields}\r\n\r\n`;
}

function sendJson(
  line: Line,
  { status, body }: EndpointResponse & { readonly kind: 'json' },
  { head, keepsOpen, isAllRead }: SendingOptions,
): void {
  const text = `${JSON.stringify(body)}\n`;
  const fields = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: ${keepsOpen ? 'keep-alive' : 'close'}`;
  // As one text it goes out in one write.
  const whole = `${headOf(status, fields)}${head?.method === 'HEAD' ? '' : text}`;
  if (!keepsOpen && isAllRead) {
    line.sendLast(whole);
    return;
  }
  line.socket.write(whole);
  if (!keepsOpen) line.socket.end();
}

/** As many bytes as the files have now: what is appended meanwhile belongs to the next answer. */
function sendFiles(
  socket: Socket,
  { descriptors, contentType }: EndpointResponse & { readonly kind: 'files' },
): void {
  const sizes = descriptors.map((descriptor) => fstatSync(descriptor).size);
  const length = sizes.reduce((sum, size) => sum + size, 0);
  socket.write(headOf(200, `Content-Type: ${contentType}\r\nContent-Length: ${length}\r\nConnection: close`));
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (const [index, descriptor] of descriptors.entries()) {
      const size = sizes[index] ?? 0;
      const options = { fd: descriptor, start: 0, end: Math.max(size - 1, 0), autoClose: false };
      if (size > 0) yield* createReadStream('', options) as AsyncIterable<Buffer>;
    }
  };
  pipeline(Readable.from(pieces(), { objectMode: false }), socket, () => {
    for (const descriptor of descriptors) closeSync(descriptor);
  });
}

function sendStream(
  socket: Socket,
  { open }: EndpointResponse & { readonly kind: 'stream' },
  { head }: SendingOptions,
): void {
  const fields =
    'Content-Type: text/event-stream\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\nConnection: close';
  if (head?.method === 'HEAD') {
    socket.end(headOf(200, fields));
    return;
  }
  socket.write(headOf(200, fields));
  const stream = open({
    write: (text) => socket.write(text),
    queuedBytes: () => socket.writableLength,
    onceDrained: (listener) => socket.once('drain', listener),
    end: () => socket.end(),
  });
  socket.on('close', () => stream.dispose());
}
