import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startEndpoint } from '../../../src/endpoint/endpoint.ts';
import type { Endpoint, StartFailure } from '../../../src/endpoint/endpoint.ts';
import type { EndpointSettings, EndpointWorld } from '../../../src/endpoint/services.ts';
import { createShellReader } from '../../../src/policy/shellReader.ts';
import type { ShellReader } from '../../../src/policy/shellReader.ts';
import type { Result } from '../../../src/base/result.ts';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { statePathsIn } from '../../../src/system/stateDirectory.ts';
import type { StatePaths } from '../../../src/system/stateDirectory.ts';
import { realPathByNode } from '../../../src/system/workspaceRoot.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { createFixtureProcesses, fixtureUser } from '../../support/fixtureProcesses.ts';
import type { FixtureProcess } from '../../support/fixtureProcesses.ts';

/** A policy with one rule of each kind. */
export const fixturePolicy = `version: "1"
default_action: allow
policies:
  - name: fixture
    match: {tool: exec}
    rules:
      - {action: deny, when: {command_matches: ["rm -rf *"]}, message: deletes a tree}
      - {action: ask, when: {command_matches: ["npm publish*"]}, message: publishes a package}
      - {action: watch, when: {command_matches: ["curl *"]}, message: uses the network}
`;

/** The shell of a person, and the machine it runs on. */
const person: readonly FixtureProcess[] = [
  { pid: 1, ppid: 0, session: 1, user: 0 },
  { pid: 99, ppid: 1, session: 99, terminal: 0 },
  { pid: 200, ppid: 1, session: 200 },
];

/** What a test may set; the rest is an endpoint with {@link fixturePolicy} and a person's shell as its caller. */
export interface EndpointFixture {
  readonly settings?: Partial<EndpointSettings>;
  readonly world?: Partial<EndpointWorld>;
  readonly policy?: string;
  readonly processes?: readonly FixtureProcess[];
  /** The folder of an earlier endpoint to go on in. */
  readonly folder?: string;
}

/** An endpoint in this process, and the ways of a test to it. */
export interface RunningFixture {
  readonly endpoint: Endpoint;
  readonly folder: string;
  readonly paths: StatePaths;
  readonly policyFile: string;
  /** The process that the kernel names as our peer; a test may change it. */
  readonly caller: { pid: number };
  /** Milliseconds since 1970, as the endpoint sees them. */
  readonly clock: { time: number };
  /** The milliseconds that have passed for it, whatever its clock says. */
  readonly passed: { time: number };
  readonly log: readonly string[];
  ask(command: string, fields?: UnknownRecord): Promise<UnknownRecord>;
  call(method: string, path: string, body?: unknown): Promise<Exchange>;
  records(): readonly UnknownRecord[];
  openStream(path?: string, headers?: Readonly<Record<string, string>>): Promise<OpenStream>;
}

/** An answer as it came. */
export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: UnknownRecord;
}

/** A stream that is being read. */
export interface OpenStream {
  /** The next message: its id, if any, and its payload. */
  next(): Promise<{ readonly id: number | null; readonly event: UnknownRecord }>;
  /** The next message of a type. */
  nextOf(type: string): Promise<UnknownRecord>;
  readonly ended: Promise<void>;
  close(): void;
}

let sharedReader: Promise<ShellReader> | null = null;

/** The reader of the shipped grammar; made once for all tests of a file. */
export function shellReader(): Promise<ShellReader> {
  const folder = 'node_modules/@vscode/tree-sitter-wasm/wasm';
  sharedReader ??= createShellReader(
    readFileSync(join(folder, 'tree-sitter.wasm')),
    readFileSync(join(folder, 'tree-sitter-bash.wasm')),
  );
  return sharedReader;
}

/** Starts an endpoint in a folder of its own; it is ended with the test. */
export async function startFixture(
  context: TestContext,
  fixture: EndpointFixture = {},
): Promise<RunningFixture> {
  const { started, rest } = await tryStartFixture(context, fixture);
  assert.ok(started.ok, started.ok ? '' : JSON.stringify(started.error));
  const endpoint = started.value;
  endpoints.set(rest.folder, endpoint);
  return { ...rest, endpoint };
}

const endpoints = new Map<string, Endpoint>();

/** The same for an endpoint that may not start. */
export async function tryStartFixture(
  context: TestContext,
  fixture: EndpointFixture = {},
): Promise<{ started: Result<Endpoint, StartFailure>; rest: Omit<RunningFixture, 'endpoint'> }> {
  const folder =
    fixture.folder ??
    temporaryFolder(context, async () => {
      const running = endpoints.get(folder);
      running?.stop('the test is over');
      await running?.ended;
    });
  const home = join(folder, 'home');
  const policyFile = join(home, '.rampart', 'policies', 'fixture.yaml');
  mkdirSync(join(home, '.rampart', 'policies'), { recursive: true });
  writeFileSync(policyFile, fixture.policy ?? fixturePolicy);
  const caller = { pid: 200 };
  const clock = { time: Date.parse('2026-03-04T05:06:07.089Z') };
  const passed = { time: 0 };
  const log: string[] = [];
  const paths = statePathsIn(join(folder, 'state'));
  const settings: EndpointSettings = {
    paths,
    port: null,
    policies: { bundleFolder: null, home, files: [] },
    mode: null,
    token: null,
    onDemand: false,
    lingerMs: 60_000,
    holdMs: 20_000,
    startedBy: [],
    version: '1.2.3',
    temporary: ['/tmp'],
    ignored: null,
    upstream: null,
    surroundings: {},
    ...fixture.settings,
  };
  const write = (message: string): void => void log.push(message);
  const world: EndpointWorld = {
    addon: {
      peerCredentials: () => ({ pid: caller.pid, uid: fixtureUser, gid: fixtureUser }),
      lockFile: () => true,
      makeFifo: (path) => void execFileSync('mkfifo', ['-m', '600', path]),
      realPath: realPathByNode,
      execve: () => assert.fail('the endpoint becomes no other program'),
      concealSecrets: () => undefined,
      listenAt: () => null,
      sendLast: () => assert.fail(),
      identifyProgram: () => null,
    },
    processes: createFixtureProcesses(
      join(folder, 'proc'),
      fixture.folder === undefined ? [...person, ...(fixture.processes ?? [])] : [],
    ),
    clock: { now: () => clock.time },
    stopwatch: { elapsed: () => passed.time },
    uptime: () => passed.time,
    logger: { info: write, warn: write, error: write },
    reader: await shellReader(),
    bootId: Buffer.alloc(16, 7),
    readBootMoment: () => 0,
    platform: 'linux',
    pid: 99,
    user: fixtureUser,
    createRandom: (bytes) => randomBytes(bytes),
    loadUpstream: () => import('../../../src/endpoint/upstream/transport.ts'),
    ...fixture.world,
  };
  const started = await startEndpoint(settings, world);
  const call = (method: string, path: string, body?: unknown): Promise<Exchange> =>
    exchange({ socketPath: paths.socket, method, path }, body === undefined ? null : JSON.stringify(body));
  const rest = {
    folder,
    paths,
    policyFile,
    caller,
    clock,
    passed,
    log,
    call,
    ask: async (command: string, fields: UnknownRecord = {}) => {
      const body = { agent: 'preload', session: 's', params: { command }, enforce: true, ...fields };
      const answer = await call('POST', '/v1/preflight/exec', body);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    },
    records: () => readRecords(paths.audit),
    openStream: (path = '/v1/events/stream', headers: Readonly<Record<string, string>> = {}) =>
      openStream({ socketPath: paths.socket, path, headers }),
  };
  return { started, rest };
}

/** One request and its whole answer. */
export function exchange(options: RequestOptions, body: string | Buffer | null): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    // Node gives a GET with a body no length.
    const length = body === null ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const headers = { ...(options.headers as Record<string, string> | undefined), ...length };
    const outgoing = request({ ...options, headers, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      incoming.on('end', () => {
        const isJson = incoming.headers['content-type'] === 'application/json';
        const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : {};
        const { statusCode: status = 0, headers } = incoming;
        resolve({ status, headers, text, body: isRecord(parsed) ? parsed : {} });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body ?? undefined);
  });
}

/** Every record in the log, the oldest first, without its place in the chain. */
export function readRecords(folder: string): readonly UnknownRecord[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return [];
  }
  return names
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => Object.entries(JSON.parse(line) as UnknownRecord))
    .map((fields) => Object.fromEntries(fields.filter(([name]) => name !== 'prev_hash' && name !== 'hash')));
}

/** Reads a stream from its beginning. */
export function openStream(options: RequestOptions): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, agent: false }, (incoming) => {
      assert.equal(incoming.statusCode, 200);
      const waiting: (() => void)[] = [];
      const blocks: string[] = [];
      let rest = '';
      incoming.setEncoding('utf8').on('data', (piece: string) => {
        const parts = `${rest}${piece}`.split('\n\n');
        rest = parts.pop() ?? '';
        blocks.push(...parts.filter((block) => !block.startsWith(':')));
        for (const wake of waiting.splice(0)) wake();
      });
      incoming.on('error', () => undefined);
      const next = async (): Promise<{ id: number | null; event: UnknownRecord }> => {
        while (blocks.length === 0) await new Promise<void>((wake) => waiting.push(wake));
        return parseBlock(blocks.shift() ?? '');
      };
      resolve({
        next,
        nextOf: async (type) => {
          for (;;) {
            const { event } = await next();
            if (event['type'] === type) return event;
          }
        },
        ended: new Promise((end) => incoming.on('close', () => end())),
        close: () => outgoing.destroy(),
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function parseBlock(block: string): { id: number | null; event: UnknownRecord } {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  const id = fields.get('id');
  return {
    id: id === undefined ? null : Number(id),
    event: JSON.parse(fields.get('data') ?? '') as UnknownRecord,
  };
}
