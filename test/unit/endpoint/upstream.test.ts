import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import type { UpstreamWish } from '../../../src/endpoint/upstream/target.ts';
import { peerAgentToken, peerToken, ReferencePeer } from '../../support/referencePeer.ts';
import type { PeerRule } from '../../support/referencePeer.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { until } from '../../support/until.ts';
import { startFixture } from './runningEndpoint.ts';
import type { EndpointFixture, OpenStream, RunningFixture } from './runningEndpoint.ts';

const peerRules: readonly PeerRule[] = [
  { text: 'ssh', action: 'deny', message: 'nothing leaves' },
  { text: 'git push', action: 'ask', message: 'who pushes?' },
  { text: 'make', action: 'watch', message: 'building' },
  { text: 'npm publish', action: 'allow', message: 'publishing is fine here' },
  { text: 'scp', action: 'webhook', message: 'a hook would know' },
];

function wishFor(url: string, wanted: Partial<UpstreamWish> = {}): UpstreamWish {
  return { url, tokenFile: null, authorities: null, failsClosed: false, ...wanted };
}

/** An endpoint in front of a peer at an address. */
function startBefore(
  context: TestContext,
  wish: UpstreamWish,
  fixture: EndpointFixture & { readonly token?: string } = {},
): Promise<RunningFixture> {
  const { token = peerToken, settings, ...rest } = fixture;
  const surroundings = { RAMPART_UPSTREAM_TOKEN: token };
  return startFixture(context, { settings: { upstream: wish, surroundings, ...settings }, ...rest });
}

async function upstreamOf(fixture: RunningFixture): Promise<UnknownRecord> {
  const { upstream } = (await fixture.call('GET', '/v1/status')).body;
  assert.ok(isRecord(upstream));
  return upstream;
}

/** Until the peer's stream is read, and so its approvals are ours to answer. */
function connected(peer: ReferencePeer, times = 1): Promise<boolean> {
  return until('the stream of the peer is read', () => peer.streamsOpened >= times);
}

test('asks both and lets the stricter one decide, and says in the log what the other said', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const fixture = await startBefore(context, wishFor(peer.url));
  const outcomes: unknown[] = [];
  for (const command of ['ls', 'ssh x', 'make', 'npm publish', 'curl x', 'rm -rf /x', 'scp a b']) {
    const { allowed, decision, message, matched_policies: names } = await fixture.ask(command, { cwd: '/w' });
    outcomes.push([command, allowed, decision, message, names]);
  }
  assert.deepEqual(outcomes, [
    ['ls', true, 'allow', '', null],
    ['ssh x', false, 'deny', 'nothing leaves', ['peers-policy']],
    ['make', true, 'watch', 'building', ['peers-policy']],
    ['npm publish', false, 'ask', 'publishes a package', ['fixture']],
    ['curl x', true, 'watch', 'uses the network', ['fixture']],
    ['rm -rf /x', false, 'deny', 'deletes a tree', ['fixture']],
    ['scp a b', false, 'webhook', 'a hook would know', ['peers-policy']],
  ]);
  assert.deepEqual(
    fixture
      .records()
      .filter(({ tool }) => tool === 'exec')
      .map(({ upstream }) => upstream),
    [
      'allow (01KABCDEF0123456789ABCDEFG)',
      'deny (01KABCDEF0123456789ABCDEFG)',
      'watch (01KABCDEF0123456789ABCDEFG)',
      'allow (01KABCDEF0123456789ABCDEFG)',
      'allow (01KABCDEF0123456789ABCDEFG)',
      undefined,
      'webhook (01KABCDEF0123456789ABCDEFG)',
    ],
  );
  const [first] = peer.questions;
  assert.deepEqual(
    { ...first, tool_call_id: '' },
    { agent: 'preload', session: 's', params: { command: 'ls' }, enforce: true, tool_call_id: '', cwd: '/w' },
  );
  assert.equal(peer.questions.length, 6, 'what is denied here is asked of nobody else');
});

test('names the upstream where that refuses, and gives nothing a verdict', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const fixture = await startBefore(context, wishFor(peer.url));
  const { notice } = await fixture.ask('ssh x');
  assert.match(String(notice), /^by the upstream's policy: nothing leaves\. .* \[[0-9a-f]{8}\]$/);
  const whole = { argv: ['ls'], exe: '/bin/ls', cwd: '/w', door: 'execve' };
  await fixture.ask('ls', whole);
  peer.rules = [{ text: 'ls', action: 'deny', message: 'no longer' }];
  assert.equal((await fixture.ask('ls', whole))['allowed'], false);
  const slots = readFileSync(fixture.paths.state).subarray(64, 64 + 131_072);
  assert.ok(slots.every((byte) => byte === 0));
});

test('puts its own mode on top: monitor blocks nothing, disabled asks nobody', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const fixture = await startBefore(context, wishFor(peer.url));
  await fixture.call('PUT', '/v1/mode', { mode: 'monitor' });
  const answer = await fixture.ask('ssh x');
  assert.deepEqual(
    [answer['allowed'], answer['policy_decision'], answer['policy_message']],
    [true, 'deny', 'nothing leaves'],
  );
  assert.equal(peer.questions[0]?.['enforce'], false);
  await fixture.call('PUT', '/v1/mode', { mode: 'disabled' });
  assert.equal((await fixture.ask('ssh x'))['allowed'], true);
  assert.equal(peer.questions.length, 1);
});

test('asks a hundred times over one connection, and a hundred questions at once over few', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const fixture = await startBefore(context, wishFor(peer.url));
  await connected(peer);
  await until('the log of the peer was looked at', () => peer.logReads > 0);
  await fixture.ask('ls before');
  const before = peer.connectionsOpened;
  for (let count = 0; count < 100; count += 1) await fixture.ask(`ls ${count}`);
  assert.equal(peer.connectionsOpened - before, 0);
  await Promise.all(Array.from({ length: 100 }, (_none, count) => fixture.ask(`ls at once ${count}`)));
  assert.equal(peer.questions.length, 201);
  // The stream has one of its own.
  assert.ok(peer.connectionsOpened <= 17, `${peer.connectionsOpened} connections`);
});

test('obeys a peer that is in monitor mode itself', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules, mode: 'monitor' });
  const fixture = await startBefore(context, wishFor(peer.url));
  assert.equal((await fixture.ask('ssh x'))['allowed'], true);
});

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('goes on by its own policy while the upstream is away, unless the fail mode is closed', async (context) => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const open = await startBefore(context, wishFor(url), {
    processes: [{ pid: 300, ppid: 200, session: 200, environment: ['RAMPART_FAIL_OPEN=0'] }],
  });
  assert.equal((await open.ask('ls'))['allowed'], true);
  assert.equal((await open.ask('rm -rf /x'))['allowed'], false);
  const closed = await open.ask('ls', { pid: 300 });
  assert.deepEqual([closed['allowed'], closed['decision']], [false, 'deny']);
  assert.match(
    String(closed['message']),
    /^the upstream does not answer \(.*ECONNREFUSED.*\) and the fail mode/,
  );
  const [first] = open.records().filter(({ tool }) => tool === 'exec');
  assert.match(String(first?.['upstream']), /^away: .*ECONNREFUSED/);
  const always = await startBefore(context, wishFor(url, { failsClosed: true }));
  assert.equal((await always.ask('ls'))['allowed'], false);
  await always.call('PUT', '/v1/mode', { mode: 'monitor' });
  assert.equal((await always.ask('ls'))['allowed'], true);
});

test('takes each trouble of the upstream for what the library takes it for', async (context) => {
  const answers: readonly (readonly [boolean, (response: import('node:http').ServerResponse) => void])[] = [
    [true, (response) => response.writeHead(503).end('{"error":"audit"}')],
    [true, (response) => response.destroy()],
    [false, (response) => response.writeHead(200).end('{"allowed":"true"}')],
    [false, (response) => response.writeHead(200).end('{"allowed":true')],
    [false, (response) => response.writeHead(200).end('[]')],
    [false, (response) => response.writeHead(200).end(`{"allowed":true,"x":"${'y'.repeat(70_000)}"}`)],
    [false, (response) => response.writeHead(401).end('{"error":"unauthorized"}')],
    [false, (response) => response.writeHead(404).end('{}')],
    [false, (response) => response.writeHead(204).end()],
    [false, (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ];
  for (const [index, [allowed, spoil]] of answers.entries()) {
    const peer = await ReferencePeer.start(context, { spoil });
    const fixture = await startBefore(context, wishFor(peer.url));
    assert.equal((await fixture.ask('ls'))['allowed'], allowed, `answer ${index}`);
  }
});

test('waits a second at most for an upstream that says nothing, and then not again for a while', async (context) => {
  const peer = await ReferencePeer.start(context, { spoil: () => undefined });
  const fixture = await startBefore(context, wishFor(peer.url));
  const started = performance.now();
  assert.equal((await fixture.ask('ls'))['allowed'], true);
  const first = performance.now();
  assert.ok(first - started < 1_900, 'the library waits 2 s');
  await fixture.ask('ls');
  assert.ok(performance.now() - first < 900);
});

function incidentsOf(fixture: RunningFixture): readonly unknown[] {
  return fixture
    .records()
    .flatMap(({ tool, request, decision }) =>
      tool === 'rampart'
        ? [[(request as UnknownRecord)['command'], (decision as UnknownRecord)['message']]]
        : [],
    );
}

test('comes back to an upstream that comes back', async (context) => {
  const port = await freePort();
  const fixture = await startBefore(context, wishFor(`http://127.0.0.1:${port}`));
  await fixture.ask('ls');
  assert.equal((await upstreamOf(fixture))['state'], 'away');
  const peer = await ReferencePeer.start(context, { rules: peerRules, port });
  await until('the peer is asked again', async () => (await fixture.ask('ssh x'))['allowed'] === false);
  await until('all is well', async () => (await upstreamOf(fixture))['state'] === 'connected');
  const incidents = incidentsOf(fixture);
  assert.match(String(incidents[1]), new RegExp(`^upstream ${peer.url},away: `));
  assert.deepEqual(incidents.at(-1), [`upstream ${peer.url}`, 'connected']);
});

test('merges the stream of the upstream into its own, without what it asked there itself', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const fixture = await startBefore(context, wishFor(peer.url));
  await connected(peer);
  const stream = await fixture.openStream();
  await fixture.ask('make', { id: 'a'.repeat(32) });
  peer.publishDecision('approve something', 'approved');
  peer.publishDecision('cat x', 'deny', { request: null });
  peer.publishDecision('cat y', 'deny');
  const seen: unknown[] = [];
  const ids: number[] = [];
  while (seen.length < 3) {
    const { id, event } = await stream.next();
    if (event['type'] !== 'audit' || !isRecord(event['event'])) continue;
    const { tool, request, agent, origin, enforced } = event['event'];
    if (tool === 'rampart') continue;
    ids.push(id ?? 0);
    seen.push([(request as UnknownRecord)['command'], agent, origin, enforced]);
  }
  assert.deepEqual(seen, [
    ['make', 'preload', undefined, true],
    ['', 'claude-code', peer.url, true],
    ['cat y', 'claude-code', peer.url, true],
  ]);
  assert.ok(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0)));
  assert.equal(
    fixture.records().filter(({ tool }) => tool === 'exec').length,
    1,
    'its records are in its own log',
  );
  peer.dropStreams();
  await connected(peer, 2);
  peer.publishDecision('cat z', 'watch');
  for (;;) {
    const event = (await stream.nextOf('audit'))['event'] as UnknownRecord;
    if ((event['request'] as UnknownRecord)['command'] === 'cat z') break;
  }
});

/** The commands of the peer's next decisions that came into the stream. */
async function nextCommands(stream: OpenStream, count: number): Promise<readonly unknown[]> {
  const commands: unknown[] = [];
  while (commands.length < count) {
    const { event } = await stream.nextOf('audit');
    if (isRecord(event) && isRecord(event['request']) && event['tool'] !== 'rampart') {
      commands.push(event['request']['command']);
    }
  }
  return commands;
}

test('fetches what the upstream decided while its stream was not read, in its order and once', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  peer.publishDecision('before', 'deny');
  const fixture = await startBefore(context, wishFor(peer.url));
  const stream = await fixture.openStream();
  await until('the log of the peer was looked at', () => peer.logReads > 0);
  peer.publishDecision('first', 'deny');
  assert.deepEqual(await nextCommands(stream, 1), ['first']);
  peer.dropStreams();
  const missed = Array.from({ length: 70 }, (_none, index) => `missed ${index}`);
  for (const command of missed) peer.publishDecision(command, 'deny');
  assert.deepEqual(await nextCommands(stream, missed.length), missed);
  await connected(peer, 2);
  peer.publishDecision('last', 'deny');
  assert.deepEqual(await nextCommands(stream, 1), ['last']);
});

test('says in the log that it cannot tell what the upstream decided meanwhile', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const fixture = await startBefore(context, wishFor(peer.url));
  await until('the log of the peer was looked at', () => peer.logReads > 0);
  peer.logStatus = 503;
  peer.dropStreams();
  await connected(peer, 2);
  await until('the loss is told', () =>
    fixture
      .records()
      .some(({ decision }) =>
        /^what it decided .* is not known: its log is answered with status 503$/.test(
          String((decision as UnknownRecord)['message']),
        ),
      ),
  );
});

test('passes an approval through: whoever settles it, here or there, settles both', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const fixture = await startBefore(context, wishFor(peer.url));
  await connected(peer);
  const pendingHere = async (): Promise<readonly UnknownRecord[]> =>
    (await fixture.call('GET', '/v1/approvals')).body['approvals'] as readonly UnknownRecord[];
  const ask = (): Promise<UnknownRecord> => fixture.ask('git push', { cwd: '/w', pid: 300, sid: 200 });
  await until('the endpoint may answer there', async () => (await ask())['approval_id'] !== undefined);
  assert.equal((await ask())['allowed'], false);
  const [there, ...others] = [...peer.approvals.values()];
  assert.ok(there !== undefined && others.length === 0, 'one approval for one question');
  assert.deepEqual(there.fields, {
    tool: 'exec',
    agent: 'preload',
    command: 'git push',
    message: 'who pushes?',
  });
  peer.resolve(there.id, true, 'ann');
  await until('it is settled here', async () => (await pendingHere()).length === 0);
  assert.equal((await ask())['allowed'], true, 'once');
  assert.equal(peer.approvals.size, 1, 'what was granted is not asked about again');
  const again = await ask();
  assert.equal(again['allowed'], false);
  const [here] = await pendingHere();
  const path = `/v1/approvals/${String(here?.['id'])}/resolve`;
  assert.equal((await fixture.call('POST', path, { approved: true, resolved_by: 'bob' })).status, 200);
  const second = [...peer.approvals.values()][1];
  await until('it is settled there', () => second?.status === 'approved' && second.by === 'bob');
  assert.equal((await ask())['allowed'], true);
});

test('has nobody answer for the upstream whose token may only ask there', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules, agentScopes: ['eval'] });
  const fixture = await startBefore(context, wishFor(peer.url), { token: peerAgentToken });
  assert.equal((await fixture.ask('ls'))['allowed'], true);
  const { decision, message, approval_id: approval } = await fixture.ask('git push');
  assert.deepEqual(
    [decision, message, approval],
    ['deny', 'who pushes?; the upstream asks a person, and nobody can answer for it here', undefined],
  );
});

test('reaches an upstream over TLS whose certificate it was told to trust, and no other', async (context) => {
  const certificate = 'test/fixtures/tls/certificate.pem';
  const tls = {
    key: readFileSync('test/fixtures/tls/key.pem', 'utf8'),
    cert: readFileSync(certificate, 'utf8'),
  };
  const peer = await ReferencePeer.start(context, { rules: peerRules, tls, prefix: '/behind' });
  const trusting = await startBefore(context, wishFor(peer.url, { authorities: certificate }));
  assert.equal((await trusting.ask('ssh x'))['allowed'], false);
  const careful = await startBefore(context, wishFor(peer.url));
  assert.equal((await careful.ask('ssh x'))['allowed'], true);
  assert.match(String((await upstreamOf(careful))['reason']), /self.signed/i);
});

test('finds address and token where the peer’s own clients look, and harms none of its files', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const folder = temporaryFolder(context);
  const own = join(folder, 'home', '.rampart');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'token'), `${peerToken}\n`);
  writeFileSync(join(own, 'serve.state'), JSON.stringify({ url: peer.url, port: peer.port, pid: 1 }));
  const before = readTree(own);
  const fixture = await startFixture(context, {
    folder,
    settings: { upstream: wishFor('auto') },
    processes: [],
  });
  context.after(async () => {
    fixture.endpoint.stop('the test is over');
    await fixture.endpoint.ended;
  });
  assert.equal((await fixture.ask('ssh x'))['allowed'], false);
  await until('the stream is read', () => peer.streamsOpened > 0);
  const after = readTree(own).filter(([name]) => !name.startsWith('policies'));
  assert.deepEqual(after, before);
});

function readTree(folder: string): readonly (readonly [string, number, string])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((name) => {
      const file = join(folder, name);
      const { mtimeMs } = statSync(file);
      return statSync(file).isFile() ? [[name, mtimeMs, readFileSync(file, 'utf8')] as const] : [];
    });
}

test('goes on in front of the same upstream until it is told of another one or of none, which the log tells', async (context) => {
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const first = await startBefore(context, wishFor(peer.url));
  assert.ok(!readFileSync(first.paths.upstream, 'utf8').includes(peerToken));
  first.endpoint.stop('restart');
  await first.endpoint.ended;
  const surroundings = { RAMPART_UPSTREAM_TOKEN: peerToken };
  const next = await startFixture(context, { folder: first.folder, settings: { surroundings } });
  assert.equal((await next.ask('ssh x'))['allowed'], false);
  next.endpoint.stop('restart');
  await next.endpoint.ended;
  const last = await startFixture(context, { folder: first.folder, settings: { upstream: wishFor('none') } });
  assert.equal((await last.ask('ssh x'))['allowed'], true);
  assert.equal((await last.call('GET', '/v1/status')).body['upstream'], null);
  const what = 'upstream changed';
  const changes = incidentsOf(last).filter((incident) => String(incident).startsWith(what));
  assert.deepEqual(changes, [
    [what, `${peer.url}; it was none`],
    [what, `none; it was ${peer.url}`],
  ]);
});

test('is not its own upstream, and asks nobody for another endpoint', async (context) => {
  const port = await freePort();
  const fixture = await startBefore(context, wishFor(`http://127.0.0.1:${port}`), {
    settings: { port, token: peerToken },
  });
  await until('it knows itself', async () => (await upstreamOf(fixture))['state'] === 'unusable');
  assert.equal((await upstreamOf(fixture))['reason'], 'it is this endpoint itself');
  const peer = await ReferencePeer.start(context, { rules: peerRules });
  const other = await startBefore(context, wishFor(peer.url));
  const forwarded = { tool_call_id: `rampart-01234567-${'0'.repeat(32)}` };
  assert.equal((await other.ask('ssh x', forwarded))['allowed'], true);
  assert.equal(peer.questions.length, 0);
});
