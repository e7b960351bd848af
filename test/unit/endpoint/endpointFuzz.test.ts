import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { routeTable } from '../../../src/endpoint/router.ts';
import { stateEntries } from '../../../src/protocol/routes.ts';
import { checksumKey, siphash24 } from '../../../src/system/siphash.ts';
import { formatJournalFrame, parseJournal } from '../../../src/system/journalFrame.ts';
import { formatQuestionFrames } from '../../../src/system/questionFrame.ts';
import { statePathsIn } from '../../../src/system/stateDirectory.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { until } from '../../support/until.ts';
import { wireFolder } from '../../support/wireExamples.ts';
import { startFixture, tryStartFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';
import { propertySeed } from '../../support/propertySeed.ts';

/** How long each part goes on; `npm run fuzz:endpoint` makes it minutes. */
const wantedSeconds = process.env['RAMPART_FUZZ_SECONDS'];
const seconds = Number(wantedSeconds ?? 1);
/** A taste draws the same at every run. */
const firstSeed = wantedSeconds === undefined ? propertySeed : Date.now() % 1_000_000;

/** How long one answer may take, in milliseconds: far more than it ever does. */
const answerMs = 20_000;

/** Numbers that look random and come again with the same seed. */
class Chance {
  readonly seed = Number(process.env['RAMPART_FUZZ_SEED'] ?? firstSeed);
  #state = this.seed + 1;

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  of<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.below(values.length)] ?? values[0];
  }

  bytes(limit: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(limit) }, () => this.below(256)));
  }

  /** A text with some of its bytes changed, cut out or doubled. */
  spoil(bytes: Buffer): Buffer {
    let spoilt = Buffer.from(bytes);
    for (let times = this.below(4); times > 0; times -= 1) {
      const at = this.below(spoilt.length + 1);
      const length = this.below(16);
      const middle = this.of([this.bytes(16), spoilt.subarray(at, at + length), Buffer.alloc(0)]);
      spoilt = Buffer.concat([
        spoilt.subarray(0, at),
        middle,
        spoilt.subarray(Math.min(spoilt.length, at + length)),
      ]);
    }
    return spoilt;
  }
}

/** Does one thing after the other until the time is over; a failure names the seed that brings it back. */
async function fuzz(round: (chance: Chance) => Promise<void>): Promise<void> {
  const chance = new Chance();
  const end = performance.now() + seconds * 1_000;
  do {
    await round(chance).catch((thrown: unknown) => {
      throw new Error(`RAMPART_FUZZ_SEED=${chance.seed}`, { cause: thrown });
    });
  } while (performance.now() < end);
}

/** A door of the endpoint: the path of its socket, or its port. */
type Door = string | number;

function doorsOf({ paths, endpoint }: RunningFixture): readonly [Door, Door] {
  return [paths.socket, Number(new URL(endpoint.ready.url ?? '').port)];
}

/** The token of whoever steers over TCP. */
const token = 'a-secret-of-a-person';

/** What a stream begins with, behind interim answers; it would never end. */
const beginOfStream =
  /HTTP\/1\.1 200 OK\r\nContent-Type: text\/event-stream\r\n[^]*"type":"connected"[^]*\n\n/;

/** Everything that comes back for these bytes; but for a stream, the endpoint has to end the connection by itself. */
function send(door: Door, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(
      typeof door === 'string' ? { path: door } : { port: door, host: '127.0.0.1' },
      () => socket.end(bytes),
    );
    const timer = setTimeout(
      () => reject(new Error(`no end: ${bytes.toString('latin1', 0, 300)}`)),
      answerMs,
    );
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      if (beginOfStream.test(text)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

/** Values where they belong, where they do not, and of another kind. */
function valueOf(chance: Chance, depth = 0): unknown {
  const plain = [
    null,
    true,
    0,
    -1,
    1e300,
    '',
    'x',
    'allow',
    'exec',
    '/',
    '\u0000',
    [],
    {},
    'y'.repeat(9_000),
  ] as const;
  if (depth > 2 || chance.below(3) > 0) return chance.of<unknown>([...plain]);
  if (chance.below(2) === 0) return Array.from({ length: chance.below(4) }, () => valueOf(chance, depth + 1));
  return Object.fromEntries(
    Array.from({ length: chance.below(8) }, () => [chance.of(names), valueOf(chance, depth + 1)]),
  );
}

const names = [
  'agent',
  'session',
  'params',
  'input',
  'command',
  'command_b64',
  'path',
  'cwd',
  'url',
  'enforce',
  'verification',
  'id',
  'argv',
  'exe',
  'pid',
  'ppid',
  'sid',
  'door',
  'markers',
  'guardable',
  'truncated',
  'response',
  'tool',
  'args',
  'decision',
  'mode',
  'for_seconds',
  'approved',
  'scope',
  'persist',
  'record',
  'kind',
  'name',
  'hidden',
  'protection',
  'scopes',
  'note',
  'expires_in_seconds',
  'tool_call_id',
  'explain',
  '__proto__',
  'constructor',
] as const;

/** A query with values where they belong and where they do not. */
function queryOf(chance: Chance): string {
  const name = (): string =>
    chance.of([
      'date',
      'limit',
      'offset',
      'from',
      'to',
      'action',
      'type',
      'folder',
      'approvals',
      'token',
      '%',
    ]);
  const value = (): string =>
    chance.of(['2026-03-04', '7', '-1', 'audit', '/w', 'answer', token, '%00', '%ff', 'x'.repeat(300)]);
  return Array.from({ length: chance.below(4) }, () => `${name()}=${value()}`).join('&');
}

/** Header fields that say who asks, and from when on a stream is read. */
function fieldsOf(chance: Chance): string {
  const fields = [
    `Host: ${chance.of(['localhost', '127.0.0.1:1', '[::1]', 'evil.test', ''])}`,
    chance.of(['', `Authorization: Bearer ${token}`, 'Authorization: Bearer x', 'Authorization: x']),
    chance.of(['', '', '', 'Origin: null']),
    chance.of(['', `Last-Event-ID: ${chance.of(['0', '1', '-1', '1e9', 'x', '9'.repeat(40)])}`]),
    chance.of(['', '', 'Prefer: wait=1', 'Rampart-Protocol: 9', 'Expect: 100-continue']),
  ];
  return fields.filter((field) => field !== '').join('\r\n');
}

test('answers every body on every route at both doors, and never with a fault of its own', async (context) => {
  const fixture = await startFixture(context, { settings: { port: 0, token } });
  const asked = routeTable.filter(({ path }) => path !== '/v1/shutdown');
  const [first, ...others] = asked;
  assert.ok(first !== undefined);
  const met = new Set<string>();
  await fuzz(async (chance) => {
    const { method, path, suffix = '' } = chance.of([first, ...others]);
    const rest = path.endsWith('/') ? chance.of(['exec', 'read', '1', '%', '%00', 'x'.repeat(200)]) : '';
    const body = chance.spoil(Buffer.from(JSON.stringify(valueOf(chance))));
    const head = `${method} ${path}${rest}${suffix}?${queryOf(chance)} HTTP/1.1\r\n${fieldsOf(chance)}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await send(chance.of(doorsOf(fixture)), Buffer.concat([Buffer.from(head), body]));
    const final = answer.replace(/^(?:HTTP\/1\.1 10[02] [^\r]*\r\n\r\n)+/, '');
    assert.match(final, /^HTTP\/1\.1 (?:2|4)\d\d |^HTTP\/1\.1 50[03] /, head);
    assert.doesNotMatch(answer, /the endpoint failed/, head + body.toString());
    if (method === 'HEAD') assert.match(final, /\r\n\r\n$/, head);
    if (beginOfStream.test(final)) met.add('stream');
    if (method === 'HEAD' && /^HTTP\/1\.1 200 /.test(final)) met.add('probe');
  });
  // A second may be too short for all of them.
  if (wantedSeconds !== undefined) assert.deepEqual([...met].sort(), ['probe', 'stream']);
  assert.equal((await fixture.call('GET', '/healthz')).status, 200);
});

test('survives every request that is none, at both doors', async (context) => {
  const fixture = await startFixture(context, { settings: { port: 0, token } });
  const whole = Buffer.from(
    'POST /v1/preflight/exec HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5\r\n{"a":\r\n2;x=y\r\n1}\r\n0\r\nT: 1\r\n\r\n',
  );
  await fuzz(async (chance) => {
    await send(chance.of(doorsOf(fixture)), chance.spoil(whole));
  });
  assert.equal((await fixture.ask('ls'))['allowed'], true);
});

/** Makes magic, length and checksum of a spoilt frame right again, so that what is behind them is read. */
function sign(spoilt: Buffer, magic: string, isWide: boolean): Buffer {
  const bytes = Buffer.concat([spoilt.subarray(0, -8), Buffer.alloc(Math.max(8, 48 - spoilt.length))]);
  bytes.write(magic, 'latin1');
  if (isWide) bytes.writeUInt32LE(bytes.length, 4);
  else bytes.writeUInt16LE(bytes.length, 4);
  const end = bytes.length - 8;
  bytes.writeBigUInt64LE(siphash24(checksumKey, bytes.subarray(0, end)), end);
  return bytes;
}

/** Some of the numbers in a frame's head, another one each. */
function spoilHead(chance: Chance, frame: Buffer): Buffer {
  const bytes = Buffer.from(frame);
  for (let times = chance.below(3); times > 0; times -= 1) {
    const at = 8 + chance.below(Math.min(92, bytes.length - 8));
    bytes[at] = chance.of([0, 1, 2, 0x7f, 0xff, chance.below(256)]);
  }
  return bytes;
}

test('reads on behind every record that is none, in the journal and through the FIFO', async (context) => {
  const fixture = await startFixture(context);
  const folder = join(wireFolder, 'journal');
  const frames = readdirSync(folder)
    .filter((name) => name.endsWith('.bin'))
    .map((name) => readFileSync(join(folder, name)));
  const [frame = Buffer.alloc(0), ...others] = frames;
  const questions = openSync(fixture.paths.questions, 'w');
  await fuzz(async (chance) => {
    const told = chance.of([frame, ...others]);
    const record = chance.below(3) === 0 ? chance.spoil(told) : spoilHead(chance, told);
    appendFileSync(fixture.paths.journal, chance.below(4) === 0 ? record : sign(record, 'RMPJ', true));
    const body = Buffer.from(JSON.stringify(valueOf(chance)));
    for (const piece of formatQuestionFrames(
      chance.bytes(17).toString('hex').padEnd(32, '0').slice(0, 32),
      body,
    )) {
      const spoilt = (chance.below(3) === 0 ? chance.spoil(piece) : spoilHead(chance, piece)).subarray(
        0,
        4_080,
      );
      const written = chance.below(4) === 0 ? spoilt : sign(spoilt, 'RMPQ', false);
      if (written.length > 0) writeSync(questions, written);
    }
    assert.equal((await fixture.call('GET', '/healthz')).status, 200);
  });
  closeSync(questions);
  const id = 'c'.repeat(32);
  const [question] = formatQuestionFrames(id, Buffer.from('{"params":{"command":"ls"}}'));
  writeFileSync(fixture.paths.questions, Buffer.concat([Buffer.alloc(64), question ?? Buffer.alloc(0)]));
  await until('it is answered', () => readdirSync(fixture.paths.answers).includes(id));
  const unasked = parseJournal(Buffer.concat(frames)).frames.find(({ kind }) => kind === 'unanswered');
  assert.ok(unasked !== undefined);
  const last = formatJournalFrame({ ...unasked, id: 'd'.repeat(32) });
  assert.ok(last.ok);
  appendFileSync(fixture.paths.journal, last.value);
  await until('the last record is in the log', () => isInLog(fixture, 'd'.repeat(32)));
  const failures = fixture.log.filter((line) => /^the (?:journal|FIFO) cannot|could not be given/.test(line));
  assert.deepEqual([...new Set(failures)], []);
});

/** Whether one of the last records has this id; to read all of them takes seconds after a while. */
function isInLog({ paths }: RunningFixture, id: string): boolean {
  return readdirSync(paths.audit).some((name) =>
    readFileSync(join(paths.audit, name)).subarray(-tailBytes).includes(`"id":"${id}"`),
  );
}

const tailBytes = 1_048_576;

/** Puts something into the place of an entry of the state directory. */
function put(chance: Chance, directory: string, name: string): void {
  const file = join(directory, name);
  rmSync(file, { recursive: true, force: true });
  const text = chance.spoil(
    Buffer.from(
      JSON.stringify({
        format: 1,
        boot: '07'.repeat(16),
        tokens: [valueOf(chance)],
        approvals: [valueOf(chance)],
        grants: valueOf(chance),
        mode: valueOf(chance),
        until: valueOf(chance),
        id: valueOf(chance),
      }),
    ),
  );
  switch (chance.below(6)) {
    case 0:
      mkdirSync(join(file, 'in it'), { recursive: true });
      break;
    case 1:
      symlinkSync(chance.of([`${directory}-elsewhere`, '/dev/null', '/proc/self/mem', file]), file);
      break;
    case 2:
      execFileSync('mkfifo', [file]);
      break;
    case 3:
      writeFileSync(file, chance.bytes(4_096));
      break;
    default:
      writeFileSync(file, text);
  }
}

test('starts, or says why not, whatever stands in its state directory', async (context: TestContext) => {
  await fuzz(async (chance) => {
    const folder = temporaryFolder(context);
    const paths = statePathsIn(join(folder, 'state'));
    mkdirSync(paths.audit, { recursive: true, mode: 0o700 });
    for (const name of Object.values(stateEntries)) {
      if (chance.below(3) === 0)
        put(chance, paths.directory, chance.of([name, name, `${name}.new`, `${name}.1`]));
      else if (name === stateEntries.audit) put(chance, paths.audit, '2026-03-04.jsonl');
    }
    const { started } = await tryStartFixture(context, { folder, processes: [] });
    if (!started.ok) {
      assert.notEqual(started.error.kind, 'policy');
      return;
    }
    started.value.stop('that was it');
    await started.value.ended;
  });
});
