import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { EventFrameReader, maxFrameCharacters } from '../../../src/client/eventFrames.ts';
import { EventSource } from '../../../src/client/eventSource.ts';
import type { ConnectionState, EventSourceOptions } from '../../../src/client/eventSource.ts';
import type { StreamEvent } from '../../../src/protocol/streamEvent.ts';
import { startSocketServer } from '../../support/socketServer.ts';
import { until } from '../../support/until.ts';

interface Watched {
  readonly source: EventSource;
  readonly events: StreamEvent[];
  readonly states: ConnectionState[];
}

function watch(context: TestContext, options: EventSourceOptions): Watched {
  const source = new EventSource({ firstPauseMs: 1, longestPauseMs: 4, ...options });
  context.after(() => source.dispose());
  const events: StreamEvent[] = [];
  const states: ConnectionState[] = [];
  source.onDidReceive((event) => events.push(event));
  source.onDidChangeConnection((state) => states.push(state));
  source.open();
  return { source, events, states };
}

function open(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

const modeEvent = (mode: string): string => `data: {"type":"mode","mode":"${mode}","until":null}\n\n`;

test('delivers events, passes over what it does not know, and names its folders', async (context) => {
  let url = '';
  const { address } = await startSocketServer(context, (request, response) => {
    url = request.url ?? '';
    open(response).write(`: hello\n\ndata: {"type":"newer"}\n\ndata: nonsense\n\n${modeEvent('monitor')}`);
  });
  const { events, states } = watch(context, { address, folders: ['/a b', '/c'] });
  await until('an event came', () => events.length > 0);
  assert.deepEqual(events, [{ type: 'mode', mode: 'monitor', until: null }]);
  assert.deepEqual(states, [{ connected: true }]);
  assert.equal(url, '/v1/events/stream?folder=%2Fa+b&folder=%2Fc');
});

test('connects again and asks for what it missed', async (context) => {
  const asked: (string | undefined)[] = [];
  const { address } = await startSocketServer(context, (request, response) => {
    asked.push(request.headers['last-event-id'] as string | undefined);
    if (asked.length === 2) response.writeHead(503).end();
    else open(response).end(`id: ${asked.length}\n${modeEvent('enforce')}`);
  });
  const { states } = watch(context, { address });
  await until('it had connected four times', () => asked.length >= 4);
  assert.deepEqual(asked.slice(0, 4), [undefined, '1', '1', '3']);
  assert.deepEqual(states.slice(0, 4), [
    { connected: true },
    { connected: false, reason: 'the endpoint closed the stream' },
    { connected: false, reason: 'the endpoint refused the stream with status 503' },
    { connected: true },
  ]);
});

test('takes a silent connection for dead', async (context) => {
  let connections = 0;
  const { address } = await startSocketServer(context, (_, response) => {
    connections += 1;
    open(response).write(': hello\n\n');
  });
  const { states } = watch(context, { address, silenceMs: 20 });
  // On a busy machine one may be silent already before it is connected.
  const lost = await until('one that was connected is lost', () => {
    const first = states.findIndex(({ connected }) => connected);
    return first >= 0 && states[first + 1];
  });
  assert.deepEqual(lost, { connected: false, reason: 'the endpoint went silent' });
  await until('it had connected again', () => connections > 1);
});

test('connects at once when it is told that an endpoint is there', async (context) => {
  const { server, address } = await startSocketServer(context, (_, response) => {
    open(response).write(': hello\n\n');
  });
  await new Promise((resolve) => server.close(resolve));
  const { source, states } = watch(context, { address, firstPauseMs: 3_600_000 });
  await until('it gave up for now', () => states.length === 1);
  await new Promise<void>((resolve) => server.listen(address.path, resolve));
  source.open();
  await until('it is connected', () => source.state.connected);
});

test('leaves turns to others while it reads what has piled up', async (context) => {
  const count = 20_000;
  const { address } = await startSocketServer(context, (_, response) => {
    open(response).write(modeEvent('enforce').repeat(count));
  });
  const { events } = watch(context, { address });
  await until('the first came', () => events.length > 0);
  let [most, before] = [0, events.length];
  const turn = (): void => {
    most = Math.max(most, events.length - before);
    before = events.length;
    if (before < count) setImmediate(turn);
  };
  setImmediate(turn);
  await until('all came', () => events.length === count);
  assert.ok(most < 2_000, `${most} events in one turn`);
});

test('is silent once it is disposed', async (context) => {
  const { address } = await startSocketServer(context, (_, response) => {
    open(response).write(modeEvent('enforce'));
  });
  const { source, events, states } = watch(context, { address });
  await until('an event came', () => events.length > 0);
  source.dispose();
  source.open();
  await new Promise(setImmediate);
  assert.equal(states.length, 1);
});

test('cuts events wherever the pieces end', () => {
  const text = 'id: 1\r\ndata: a\r\ndata:b\r\n\r\n: note\rid: 2\rdata: c\r\rdata\n\nid\ndata:  d\n\n';
  const expected = [
    { id: '1', text: 'a\nb' },
    { id: '2', text: 'c' },
    { id: '2', text: '' },
    { id: '', text: ' d' },
  ];
  for (let size = 1; size <= text.length; size += 1) {
    const reader = new EventFrameReader();
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    assert.deepEqual(
      pieces.flatMap((piece) => reader.push(piece)),
      expected,
      `pieces of ${size}`,
    );
    assert.equal(reader.isOverflowing, false);
  }
});

test('notices an event that never ends', () => {
  const reader = new EventFrameReader();
  reader.push('data: '.padEnd(maxFrameCharacters + 1, 'x'));
  assert.equal(reader.isOverflowing, true);
});
