import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isRecord } from '../../../src/base/record.ts';
import { routeTable } from '../../../src/endpoint/router.ts';
import { checkDescribedAnswer, checkDescribedBody } from './described.ts';
import {
  KeptValues,
  checkForm,
  holds,
  referencePolicy,
  referenceRoutes,
  routeOfCall,
} from './referenceFacts.ts';
import type { ReferenceCase, ReferenceRoute, ReferenceStep } from './referenceFacts.ts';
import { exchange, openStream, startFixture } from './runningEndpoint.ts';
import type { Exchange, OpenStream, RunningFixture } from './runningEndpoint.ts';

/** Routes that the peer has not. */
const ours = [
  'PUT /v1/mode',
  'GET /v1/sessions',
  'PUT /v1/sessions/*',
  'GET /v1/tokens',
  'POST /v1/tokens',
  'DELETE /v1/tokens/*',
  'POST /v1/grants',
  'POST /v1/guard',
  'POST /v1/shutdown',
];

const error = { error: 'string' };

/**
 * A client that knows `rampart serve` alone: its routes over TCP, its bearer token, and of every answer the status, the keys
 * and their types that it has there. What we add is nothing to it.
 */
class StrangeClient {
  readonly fixture: RunningFixture;
  readonly #port: number;
  readonly #kept = new KeptValues();

  private constructor(fixture: RunningFixture) {
    this.fixture = fixture;
    this.#port = Number(new URL(fixture.endpoint.ready.url ?? '').port);
  }

  static async start(context: TestContext, mode?: ReferenceCase['mode']): Promise<StrangeClient> {
    const settings = { port: 0, token: 'secret', mode: mode ?? null };
    return new StrangeClient(await startFixture(context, { policy: referencePolicy, settings }));
  }

  call(call: string, body: string | null, token: string | null = 'Bearer secret'): Promise<Exchange> {
    const [method, path] = call.split(' ');
    const headers = token === null ? {} : { authorization: token };
    return exchange({ host: '127.0.0.1', port: this.#port, method, path, headers }, body);
  }

  listen(): Promise<OpenStream> {
    return openStream({ host: '127.0.0.1', port: this.#port, path: '/v1/events/stream?token=secret' });
  }

  /** Takes a step, and holds what comes of it against the facts and against our own description. */
  async take(step: ReferenceStep): Promise<void> {
    const { status, says = {} } = step.here ?? step;
    const call = this.#kept.inPath(step.call);
    this.fixture.clock.time += step.passes ?? 0;
    this.fixture.passed.time += step.passes ?? 0;
    const answer = await this.call(call, bodyOf(step, this.#kept));
    const what = `${call} ${JSON.stringify(step.with)}: ${answer.text}`;
    assert.equal(answer.status, status, what);
    checkStep(step, answer, what);
    assert.ok(holds(answer.body, this.#kept.in(says)), `${JSON.stringify(this.#kept.in(says))} of ${what}`);
    for (const [name, key] of Object.entries(step.keeps ?? {})) this.#kept.keep(name, answer.body[key]);
  }

  /** Reads until all was heard that is expected. */
  async hear(stream: OpenStream, { hears = [] }: ReferenceCase): Promise<void> {
    const { events = {} } = referenceRoutes.find((each) => each.events !== undefined) ?? {};
    for (const expected of hears) {
      const wanted = this.#kept.in(expected);
      for (let isHeard = false; !isHeard;) {
        const { event } = await stream.next();
        const form = events[String(event['type'])];
        if (form !== undefined) checkForm(event, form, JSON.stringify(event));
        isHeard = holds(event, wanted);
      }
    }
  }
}

function bodyOf({ with: body, size }: ReferenceStep, kept: KeptValues): string | null {
  if (body === undefined) return null;
  if (typeof body === 'string') return body;
  const text = JSON.stringify(kept.in(body));
  return size === undefined ? text : `${text.slice(0, -1)},"x":"${'x'.repeat(size - text.length - 7)}"}`;
}

function checkStep(step: ReferenceStep, answer: Exchange, what: string): void {
  const route = routeOfCall(step.call);
  if (step.here === undefined) checkAnswer(route, answer, what);
  else if (answer.status >= 400 && answer.status !== 403) checkForm(answer.body, error, what);
  if (route !== undefined) {
    checkDescribedAnswer(route.route, answer);
    if (answer.status < 400 && isRecord(step.with)) checkDescribedBody(route.route, step.with, 'open');
  }
  for (const [key, count] of Object.entries(step.lists ?? {})) {
    assert.equal(Object.keys(answer.body[key] ?? {}).length, count, what);
  }
  if (step.lines !== undefined) assert.equal(answer.text.trimEnd().split('\n').length, step.lines, what);
}

/** Whether it is as the peer gives it: JSON on one line, or what its route has. */
function checkAnswer(route: ReferenceRoute | undefined, answer: Exchange, what: string): void {
  const form =
    route?.answers[answer.status] ?? (route === undefined && answer.status === 404 ? 'error' : null);
  assert.ok(form !== null, `the peer never answers so: ${what}`);
  const isJson = form !== 'text';
  const type = isJson ? 'application/json' : route?.type;
  assert.equal(answer.headers['content-type'], type, what);
  if (!isJson) return;
  assert.ok(answer.text.endsWith('\n') && !answer.text.trimEnd().includes('\n'), what);
  checkForm(answer.body, form === 'error' ? error : form, what);
}

test('has the facts of every route but those that are ours, with its authority', () => {
  const facts = referenceRoutes.map(({ route, authority }) => [
    route.replaceAll(/\{[^}]*\}/g, '*'),
    authority,
  ]);
  const served = routeTable
    .map(({ method, path, suffix = '', authority }): readonly [string, string] => [
      `${method} ${path.endsWith('/') ? `${path}*` : path}${suffix}`,
      authority,
    ])
    .filter(([route]) => !ours.includes(route));
  assert.deepEqual([...facts].sort(), [...served].sort());
});

test('meets every answer that the facts have', () => {
  const met = new Set(
    referenceRoutes
      .flatMap(({ cases }) => cases)
      .flatMap(({ steps, listens }) => [
        ...steps.map(({ call, status }) => `${routeOfCall(call)?.route ?? call} ${status}`),
        ...(listens === true ? ['GET /v1/events/stream 200'] : []),
      ]),
  );
  for (const { route, answers } of referenceRoutes) {
    for (const status of Object.keys(answers)) assert.ok(met.has(`${route} ${status}`), `${route} ${status}`);
  }
});

for (const { route, cases } of referenceRoutes) {
  for (const each of cases) {
    test(`${route}: ${each.it}`, { timeout: 20_000 }, async (context) => {
      const client = await StrangeClient.start(context, each.mode);
      const stream = each.listens === true ? await client.listen() : null;
      for (const step of each.steps) await client.take(step);
      if (stream !== null) await client.hear(stream, each);
      stream?.close();
    });
  }
}

/** A call of a route, with something in the place of its parameters. */
function plainCallOf(route: string): readonly [call: string, body: string | null] {
  const call = route.replace('{tool}', 'exec').replaceAll(/\{[^}]*\}/g, 'x');
  return [call, call.startsWith('POST') ? '{}' : null];
}

test('wants a token where the peer wants one, spelled as there', async (context) => {
  const client = await StrangeClient.start(context);
  for (const { route, authority } of referenceRoutes) {
    if (authority === 'none') continue;
    const [call, body] = plainCallOf(route);
    for (const token of [null, '', 'secret', 'bearer secret', 'Bearer  secret', 'Bearer wrong', 'Bearer ']) {
      const answer = await client.call(call, body, token);
      assert.equal(answer.status, 401, `${call} with ${String(token)}`);
      if (!call.startsWith('HEAD')) checkForm(answer.body, error, call);
    }
  }
});

test('takes the token from the query for the stream alone', async (context) => {
  const client = await StrangeClient.start(context);
  for (const { route, authority } of referenceRoutes) {
    if (authority === 'none' || route.startsWith('GET /v1/events')) continue;
    const [call, body] = plainCallOf(route);
    const { status } = await client.call(`${call}?token=secret`, body, null);
    assert.equal(status, authority === 'stream' ? 200 : 401, call);
  }
  (await client.listen()).close();
});

test('takes an agent’s token for its scopes: one for asking, one for all the rest', async (context) => {
  const client = await StrangeClient.start(context);
  const make = async (scope: string): Promise<string> => {
    const { body } = await client.fixture.call('POST', '/v1/tokens', { agent: 'claude', scopes: [scope] });
    assert.match(String(body['token']), /^rampart_[0-9a-f]{48}$/);
    return `Bearer ${String(body['token'])}`;
  };
  const tokens = { eval: await make('eval'), admin: await make('admin') };
  for (const { route, authority } of referenceRoutes) {
    if (authority === 'none' || route.startsWith('GET /v1/events')) continue;
    const [call, body] = plainCallOf(route);
    for (const [scope, token] of Object.entries(tokens)) {
      const isFor: boolean = scope === (authority === 'eval' ? 'eval' : 'admin');
      const answer = await client.call(call, body, token);
      // A tool that is denied is a 403, too, and what no rule allows is denied to an agent's token.
      const isRefused = answer.status === 403 && !('allowed' in answer.body);
      assert.equal(isRefused, !isFor, `${call} with ${scope}: ${answer.status}`);
      assert.notEqual(answer.status, 401, call);
    }
  }
});
