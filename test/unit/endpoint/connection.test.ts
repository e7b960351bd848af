import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { respond } from '../../../src/endpoint/exchange.ts';
import type { EndpointRequest, EndpointResponse } from '../../../src/endpoint/exchange.ts';
import { HttpDoor } from '../../../src/endpoint/server.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { until } from '../../support/until.ts';

type Answer = (request: EndpointRequest) => EndpointResponse | Promise<EndpointResponse>;

/** A door in a folder of its own; gives back the path of its socket. */
async function openDoor(context: TestContext, answer: Answer): Promise<string> {
  const path = join(
    temporaryFolder(context, () => {
      door.closeAllConnections();
      return door.close();
    }),
    's',
  );
  const door = new HttpDoor({
    maxBodyBytes: 1_000,
    refusalOf: () => null,
    callerOf: () => ({ door: 'tcp', token: null }),
    answer,
  });
  await door.listen({ path });
  return path;
}

interface Client {
  readonly socket: Socket;
  readonly text: () => string;
}

async function connectTo(context: TestContext, path: string): Promise<Client> {
  const socket = connect({ path, allowHalfOpen: true });
  context.after(() => socket.destroy());
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, text: () => text };
}

const get = (path: string, fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;

test('answers requests that come at once in their order, one at a time', async (context) => {
  const waiting: (() => void)[] = [];
  const path = await openDoor(context, (request) => {
    if (request.path !== '/slow') return respond(200, { path: request.path });
    return new Promise((resolve) => waiting.push(() => resolve(respond(200, { path: '/slow' }))));
  });
  const { socket, text } = await connectTo(context, path);
  socket.write(get('/slow') + get('/a') + get('/b', 'Connection: close\r\n'));
  await until('the first question is there', () => waiting.length === 1);
  assert.equal(text(), '');
  waiting[0]?.();
  await once(socket, 'end');
  assert.deepEqual(
    [...text().matchAll(/"path":"([^"]*)"/g)].map(([, name]) => name),
    ['/slow', '/a', '/b'],
  );
});

test('answers a client that has said all it has to say', async (context) => {
  const path = await openDoor(context, () => Promise.resolve(respond(200, {})));
  const { socket, text } = await connectTo(context, path);
  socket.end(get('/'));
  await once(socket, 'end');
  assert.match(text(), /^HTTP\/1\.1 200 OK\r\n/);
});

test('keeps an asker waiting that said it would, and knows when it has left', async (context) => {
  const requests: EndpointRequest[] = [];
  const path = await openDoor(context, (request) => {
    requests.push(request);
    return new Promise(() => undefined);
  });
  const { socket, text } = await connectTo(context, path);
  socket.write(get('/', 'Prefer: wait=120\r\n'));
  await until('the question is there', () => requests.length === 1);
  const wait = requests[0]?.wait;
  assert.equal(wait?.seconds, 120);
  wait.sendProcessing();
  await until('the interim answer comes', () => text() !== '');
  assert.equal(text(), 'HTTP/1.1 102 Processing\r\n\r\n');
  assert.equal(wait.isOpen(), true);
  socket.destroy();
  await until('the asker has left', () => !wait.isOpen());
});

test('says why before it closes on a client that still sends', async (context) => {
  const path = await openDoor(context, () => respond(200, {}));
  const { socket, text } = await connectTo(context, path);
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(500_000)}`);
  await once(socket, 'end');
  assert.match(text(), /^HTTP\/1\.1 400 Bad Request\r\n[^]*the body is longer than 1000 bytes/);
});

test('lets no flood of silent connections keep a question out', { timeout: 30_000 }, async (context) => {
  const path = await openDoor(context, () => respond(200, {}));
  const silent: Socket[] = [];
  context.after(() => {
    for (const socket of silent) socket.destroy();
  });
  for (let count = 0; count < 4_200; count += 1) {
    const socket = connect(path);
    socket.on('error', () => undefined);
    silent.push(socket);
    await once(socket, 'connect');
    // The door is in this process too, and has to come to its turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { socket, text } = await connectTo(context, path);
  socket.write(get('/', 'Connection: close\r\n'));
  await once(socket, 'end');
  assert.match(text(), /^HTTP\/1\.1 200 OK\r\n/);
});
