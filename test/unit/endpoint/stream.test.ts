import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { EventStream, maxHeldEvents, maxQueuedBytes } from '../../../src/endpoint/eventStream.ts';
import type { StreamSink } from '../../../src/endpoint/exchange.ts';
import type { StreamEvent } from '../../../src/protocol/streamEvent.ts';
import { exchange, startFixture } from './runningEndpoint.ts';
import type { OpenStream } from './runningEndpoint.ts';

const greeting: StreamEvent = {
  type: 'connected',
  mode: 'enforce',
  until: null,
  version: '1.2.3',
  pid: 99,
  policy_generation: 1,
};

test('greets, then sends every decision under an id that grows by one', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  assert.deepEqual(await stream.next(), { id: null, event: greeting });
  await fixture.ask('rm -rf x');
  await fixture.ask('ls');
  const [first, second] = [await stream.next(), await stream.next()];
  assert.deepEqual(
    [first.event, second.event],
    fixture.records().map((event) => ({ type: 'audit', event })),
  );
  assert.equal(second.id, Number(first.id) + 1);
});

test('greets whoever comes during a timed change with its end', async (context) => {
  const fixture = await startFixture(context);
  const { body } = await fixture.call('PUT', '/v1/mode', { mode: 'disabled', for_seconds: 60 });
  const { event } = await (await fixture.openStream()).next();
  assert.deepEqual(event, { ...greeting, mode: 'disabled', until: body['until'] });
  assert.equal(typeof body['until'], 'string');
});

test('sends again what came behind the last event that a reader has', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  await stream.next();
  for (const command of ['one', 'two', 'three']) await fixture.ask(command);
  const { id } = await stream.next();
  stream.close();
  const again = await fixture.openStream('/v1/events/stream', { 'Last-Event-ID': String(id) });
  await again.next();
  const replayed = [await again.next(), await again.next()];
  assert.deepEqual(
    replayed.map(({ event }) => ((event['event'] as UnknownRecord)['request'] as UnknownRecord)['command']),
    ['two', 'three'],
  );
});

test('can be probed without being opened', async (context) => {
  const fixture = await startFixture(context);
  const { status, headers, text } = await exchange(
    { socketPath: fixture.paths.socket, method: 'HEAD', path: '/v1/events/stream' },
    null,
  );
  assert.deepEqual([status, headers['content-type'], text], [200, 'text/event-stream', '']);
});

test('ends with the endpoint', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  fixture.endpoint.stop('the test says so');
  await stream.ended;
});

/** A reader that takes nothing until it is told to. */
function createSlowReader(): { sink: StreamSink; texts: string[]; drain: () => void } {
  const texts: string[] = [];
  let queued = 0;
  let onDrained = (): void => undefined;
  const sink: StreamSink = {
    write: (piece) => {
      texts.push(Buffer.from(piece).toString());
      queued += piece.length;
    },
    queuedBytes: () => queued,
    onceDrained: (listener) => {
      onDrained = listener;
    },
    end: () => undefined,
  };
  return {
    sink,
    texts,
    drain: () => {
      const listener = onDrained;
      onDrained = () => undefined;
      queued = 0;
      listener();
    },
  };
}

/** An event of a bit more than a number of bytes. */
function eventOf(length: number): StreamEvent {
  return {
    type: 'policy',
    generation: 1,
    problems: [{ file: 'x'.repeat(length), line: 1, column: 1, message: '' }],
  };
}

function fromStart(context: { after: (fn: () => void) => void }): EventStream {
  const stream = new EventStream(1_000);
  context.after(() => stream.dispose());
  return stream;
}

/** The ids of the events that a reader got. */
function idsIn(texts: readonly string[]): readonly number[] {
  return texts.flatMap((text) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)));
}

const plainWishes = { folders: [], canApprove: false, lastEventId: null, filter: null };

test('tells a slow reader what it missed, and goes on when it has caught up', (context) => {
  const stream = fromStart(context);
  const slow = createSlowReader();
  stream.open(slow.sink, greeting, plainWishes);
  stream.publish(eventOf(maxQueuedBytes));
  stream.flush();
  for (let count = 0; count < maxHeldEvents + 3; count += 1) stream.publish(eventOf(1));
  stream.flush();
  assert.equal(slow.texts.length, 2, 'nothing is queued behind a full queue');
  slow.texts.length = 0;
  slow.drain();
  assert.equal(slow.texts[0], 'data: {"type":"gap","missed":3}\n\n');
  while (idsIn(slow.texts).length < maxHeldEvents) slow.drain();
  stream.publish(eventOf(1));
  stream.flush();
  assert.deepEqual(
    idsIn(slow.texts),
    Array.from({ length: maxHeldEvents + 1 }, (_none, index) => 1_000_004 + index),
  );
});

test('keeps nothing from a slow reader that is still held, and queues little of it', (context) => {
  const stream = fromStart(context);
  for (let count = 0; count < 40; count += 1) stream.publish(eventOf(60_000));
  const [known, slow] = [createSlowReader(), createSlowReader()];
  stream.open(known.sink, greeting, { ...plainWishes, lastEventId: 1_000_000 });
  stream.open(slow.sink, greeting, plainWishes);
  stream.publish(eventOf(maxQueuedBytes));
  stream.flush();
  stream.publish({ type: 'approvals' });
  stream.publish(eventOf(1));
  stream.flush();
  assert.ok(known.sink.queuedBytes() < 200_000);
  for (let times = 0; times < 50; times += 1) for (const reader of [known, slow]) reader.drain();
  assert.ok(![...known.texts, ...slow.texts].some((text) => text.includes('"gap"')));
  assert.deepEqual(
    idsIn(known.texts),
    Array.from({ length: 42 }, (_none, index) => 1_000_001 + index),
  );
  assert.deepEqual(idsIn(slow.texts), [1_000_040, 1_000_041, 1_000_042]);
});

test('tells a reader that comes back late what is no longer held', (context) => {
  const stream = fromStart(context);
  for (let count = 0; count < maxHeldEvents + 10; count += 1) stream.publish(eventOf(1));
  const late = createSlowReader();
  stream.open(late.sink, greeting, { ...plainWishes, lastEventId: 1_000_003 });
  assert.equal(late.texts[1], 'data: {"type":"gap","missed":6}\n\n');
  while (idsIn(late.texts).length < maxHeldEvents) late.drain();
  assert.equal(idsIn(late.texts)[0], 1_000_010);
});

test('sends everything of its own life to a reader that knew the endpoint before', (context) => {
  const stream = fromStart(context);
  stream.publish(eventOf(1));
  // The later number is one of before the clock was set back.
  for (const lastEventId of [17, 1_000_001]) {
    const reader = createSlowReader();
    stream.open(reader.sink, greeting, { ...plainWishes, lastEventId });
    assert.deepEqual(idsIn(reader.texts), [1_000_000]);
  }
});

test('says every 15 s that it is alive, but to nobody who has yet to read', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const stream = fromStart(context);
  const [quiet, slow] = [createSlowReader(), createSlowReader()];
  for (const { sink } of [quiet, slow]) stream.open(sink, greeting, plainWishes);
  slow.sink.write('x'.repeat(maxQueuedBytes));
  stream.publish(eventOf(1));
  stream.flush();
  context.mock.timers.tick(15_000);
  assert.equal(quiet.texts.at(-1), ': alive\n\n');
  assert.equal(slow.texts.length, 2);
});

test('knows the folders of the windows that listen, as long as they do', (context) => {
  const stream = fromStart(context);
  const reader = stream.open(createSlowReader().sink, greeting, { ...plainWishes, folders: ['/w'] });
  assert.deepEqual([stream.folders, stream.readerCount], [['/w'], 1]);
  reader.dispose();
  assert.deepEqual([stream.folders, stream.readerCount], [[], 0]);
});

test('sends together what comes together, and to each reader what it wants', async (context) => {
  const fixture = await startFixture(context);
  const denials = await fixture.openStream('/v1/events/stream?type=audit&action=deny&action=ask');
  await denials.next();
  await fixture.ask('ls');
  await fixture.ask('rm -rf x');
  await fixture.call('PUT', '/v1/mode', { mode: 'monitor' });
  await fixture.ask('npm publish');
  const events = [await denials.next(), await denials.next()];
  assert.deepEqual(
    events.map(({ event }) => ((event['event'] as UnknownRecord)['decision'] as UnknownRecord)['action']),
    ['deny', 'ask'],
  );
  const again = await fixture.openStream('/v1/events/stream?type=mode', { 'Last-Event-ID': '1' });
  await again.next();
  assert.equal((await again.next()).event['type'], 'mode');
});

/** The next records that a stream sends. */
async function recordsOf(stream: OpenStream, count: number): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  while (ids.length < count) ids.push(((await stream.nextOf('audit'))['event'] as UnknownRecord)['id']);
  return ids;
}

for (const [filter, wanted] of [
  ['agent=one&agent=two', [0, 2, 3]],
  ['session=a', [0, 1, 3]],
  ['agent=two&session=a', [3]],
] as const) {
  test(`sends what is decided about ${filter}, and what was`, async (context) => {
    const fixture = await startFixture(context);
    const path = `/v1/events/stream?${filter}`;
    const live = await fixture.openStream(path);
    const ids: unknown[] = [];
    // Every reader wants the last one: what it should not have got would have come before.
    for (const [agent, session] of ['one a', 'three a', 'two b', 'two a'].map((names) => names.split(' '))) {
      ids.push((await fixture.ask('ls', { agent, session }))['audit_id']);
    }
    const expected = wanted.map((index) => ids[index]);
    assert.deepEqual(await recordsOf(live, wanted.length), expected);
    const late = await fixture.openStream(path, { 'Last-Event-ID': '1' });
    assert.deepEqual(await recordsOf(late, wanted.length), expected);
  });
}
