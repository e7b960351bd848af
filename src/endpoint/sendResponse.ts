import { createReadStream, fstatSync } from 'node:fs';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { EndpointResponse } from './exchange.ts';
import type { RequestHead } from './requestHead.ts';

/** How an answer goes out. */
export interface SendingOptions {
  /** Null when the request could not be read. */
  readonly head: RequestHead | null;
  readonly keepsOpen: boolean;
  /** Called when the next request may be read; null when this answer is the last one. */
  readonly onSent: (() => void) | null;
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
export function sendResponse(socket: Socket, response: EndpointResponse, options: SendingOptions): void {
  switch (response.kind) {
    case 'json':
      sendJson(socket, response, options);
      break;
    case 'file':
      sendFile(socket, response);
      break;
    case 'stream':
      sendStream(socket, response, options);
  }
}

function headOf(status: number, fields: string): string {
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Unknown'}\r\n${fields}\r\n\r\n`;
}

function sendJson(
  socket: Socket,
  { status, body }: EndpointResponse & { readonly kind: 'json' },
  { head, keepsOpen, onSent }: SendingOptions,
): void {
  const text = `${JSON.stringify(body)}\n`;
  const fields = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: ${keepsOpen ? 'keep-alive' : 'close'}`;
  // As one text it goes out in one write.
  const whole = `${headOf(status, fields)}${head?.method === 'HEAD' ? '' : text}`;
  if (onSent === null) socket.end(whole);
  else {
    socket.write(whole);
    onSent();
  }
}

/** As many bytes as the file has now: what is appended meanwhile belongs to the next answer. */
function sendFile(
  socket: Socket,
  { descriptor, contentType }: EndpointResponse & { readonly kind: 'file' },
): void {
  const { size } = fstatSync(descriptor);
  socket.write(headOf(200, `Content-Type: ${contentType}\r\nContent-Length: ${size}\r\nConnection: close`));
  const range = size === 0 ? { start: 0, end: 0 } : { start: 0, end: size - 1 };
  pipeline(createReadStream('', { fd: descriptor, ...range }), socket, () => undefined);
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
