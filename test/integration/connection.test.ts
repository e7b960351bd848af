import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { DoorSettings } from '../../src/endpoint/connection.ts';
import { respond } from '../../src/endpoint/exchange.ts';
import type { EndpointRequest, EndpointResponse } from '../../src/endpoint/exchange.ts';
import type { ListenerAddon } from '../../src/endpoint/listeners.ts';
import { HttpDoor } from '../../src/endpoint/server.ts';
import { loadNativeAddon } from '../../src/system/nativeAddon.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { until } from '../support/until.ts';

type Answer = (request: EndpointRequest) => EndpointResponse | Promise<EndpointResponse>;

const loaded = loadNativeAddon('dist');
assert.ok(loaded.ok);

/** Both ways in which connections come, the second where the program around us keeps its event loop to itself. */
const ways = {
  'the addon': loaded.value,
  Node: { listenAt: () => null, sendLast: () => assert.fail() },
} satisfies Record<string, ListenerAddon>;

const plainSettings: Omit<DoorSettings, 'answer'> = {
  maxBodyBytes: 1_000,
  refusalOf: () => null,
  callerOf: () => ({ door: 'tcp', token: null }),
};

/** A door in a folder of its own; gives back the path of its socket. */
async function openDoorBy(addon: ListenerAddon, context: TestContext, answer: Answer): Promise<string> {
  const path = join(
    temporaryFolder(context, () => {
      door.closeAllConnections();
      return door.close();
    }),
    's',
  );
  const door = new HttpDoor({ ...plainSettings, answer });
  await door.listenAtPath(path, addon);
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

for (const [way, addon] of Object.entries(ways))
  describe(`a door whose connections come by ${way}`, () => {
    const openDoor = (context: TestContext, answer: Answer): Promise<string> =>
      openDoorBy(addon, context, answer);

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

    test('answers thousands of requests that come at once, in their order', async (context) => {
      const count = 5_000;
      let asked = 0;
      const path = await openDoor(context, () => respond(200, { number: (asked += 1) }));
      const { socket, text } = await connectTo(context, path);
      socket.write(get('/').repeat(count - 1) + get('/', 'Connection: close\r\n'));
      await once(socket, 'end');
      const numbers = [...text().matchAll(/"number":(\d+)/g)].map(([, number]) => Number(number));
      assert.equal(numbers.length, count);
      assert.ok(numbers.every((number, index) => number === index + 1));
    });

    test('takes no more requests from a client that reads no answers, and ends it', async (context) => {
      let ahead = 0;
      const now = performance.now.bind(performance);
      context.mock.method(performance, 'now', () => now() + ahead);
      const requests: EndpointRequest[] = [];
      const word = 'x'.repeat(10_000);
      const path = await openDoor(context, (request) => {
        requests.push(request);
        return respond(200, { word });
      });
      const { socket } = await connectTo(context, path);
      socket.pause();
      socket.write(get('/').repeat(50_000));
      await until('it answers', () => requests.length > 0);
      ahead = 30_000;
      // What it still wants to send meets nobody.
      await once(socket, 'error');
      assert.ok(requests.length * word.length < 2_000_000, `${requests.length} answers waited to be read`);
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

    test('sends an answer that the kernel does not take at once to its end', async (context) => {
      const word = 'x'.repeat(5_000_000);
      const path = await openDoor(context, () => respond(200, { word }));
      const { socket, text } = await connectTo(context, path);
      socket.pause();
      socket.write(get('/', 'Connection: close\r\n'));
      await once(socket, 'readable');
      socket.resume();
      await once(socket, 'end');
      assert.ok(text().endsWith(`{"word":"${word}"}\n`));
    });

    test('reads a question that comes byte by byte', async (context) => {
      const path = await openDoor(context, ({ text }) => respond(200, { text }));
      const { socket, text } = await connectTo(context, path);
      for (const byte of `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc`) {
        await new Promise<void>((resolve) => socket.write(byte, () => resolve()));
      }
      await once(socket, 'end');
      assert.match(text(), /\{"text":"abc"\}\n$/);
    });

    test('gives a head 5 s and a whole request 30 s, and says why it ends', async (context) => {
      let ahead = 0;
      const now = performance.now.bind(performance);
      context.mock.method(performance, 'now', () => now() + ahead);
      const path = await openDoor(context, () => respond(200, {}));
      const head = await connectTo(context, path);
      head.socket.write(`${get('/')}GET / HT`);
      const body = await connectTo(context, path);
      body.socket.write(get('/', 'Content-Length: 9\r\nExpect: 100-continue\r\n'));
      await until('both were read', () => /200 OK/.test(head.text()) && /100 Continue/.test(body.text()));
      body.socket.write('x');
      ahead = 5_000;
      await until('the head took too long', () => head.text().includes('HTTP/1.1 408 Request Timeout'));
      assert.doesNotMatch(body.text(), /408/);
      ahead = 30_000;
      await until('the body took too long', () => body.text().includes('HTTP/1.1 408 Request Timeout'));
      assert.match(body.text(), /\{"error":"the request takes too long"\}/);
    });

    test('ends a kept connection when nothing was asked for 120 s', async (context) => {
      let ahead = 0;
      const now = performance.now.bind(performance);
      context.mock.method(performance, 'now', () => now() + ahead);
      const path = await openDoor(context, () => respond(200, {}));
      const kept = await connectTo(context, path);
      kept.socket.write(get('/'));
      const slow = await connectTo(context, path);
      slow.socket.write(`${get('/')}GET / HT`);
      await until('both have an answer', () => [kept, slow].every(({ text }) => text().endsWith('{}\n')));
      ahead = 110_000;
      // Then the door has looked at the time of every connection.
      await until('the slow one is over', () => slow.text().includes('408 Request Timeout'));
      kept.socket.write(get('/'));
      await until('it is answered once more', () => kept.text().split('{}\n').length === 3);
      const answers = kept.text();
      ahead += 120_000;
      await once(kept.socket, 'end');
      assert.equal(kept.text(), answers);
    });

    test('lets nobody in when it has closed, and goes on with who is there', async (context) => {
      const waiting: (() => void)[] = [];
      const answer: Answer = () =>
        new Promise((resolve) => waiting.push(() => resolve(respond(200, { path: 'late' }))));
      const path = join(temporaryFolder(context), 's');
      const door = new HttpDoor({ ...plainSettings, answer });
      await door.listenAtPath(path, addon);
      const { socket, text } = await connectTo(context, path);
      socket.write(get('/', 'Connection: close\r\n'));
      await until('the question is there', () => waiting.length === 1);
      const closed = door.close();
      const late = connect(path);
      const [error] = (await once(late, 'error')) as unknown[];
      assert.match(String(error), /ECONNREFUSED|ENOENT/);
      waiting[0]?.();
      await once(socket, 'end');
      assert.match(text(), /"late"/);
      socket.destroy();
      await closed;
    });
  });

test('lets no flood of silent connections keep a question out', { timeout: 30_000 }, async (context) => {
  const path = await openDoorBy(ways['the addon'], context, () => respond(200, {}));
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
