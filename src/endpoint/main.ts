import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { messageOf } from '../base/assert.ts';
import type { Logger } from '../base/logger.ts';
import { createShellReader } from '../policy/shellReader.ts';
import { readBootId } from '../system/bootId.ts';
import { readBootMoment } from '../system/bootMoment.ts';
import { isSignalIn } from '../system/ignoredSignals.ts';
import { loadNativeAddon } from '../system/nativeAddon.ts';
import { createProcessTable } from '../system/processTable.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { homeDirectory, resolveStateDirectory } from '../system/stateDirectory.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import type { ProcessReference } from './authority.ts';
import { startEndpoint } from './endpoint.ts';
import type { StartFailure } from './endpoint.ts';
import { isStartedUnderGuard, tightenStart } from './guardedStart.ts';
import type { StartWishes } from './guardedStart.ts';
import { parseEndpointOptions } from './options.ts';
import type { EndpointOptions } from './options.ts';
import { formatProblem } from './policyFile.ts';
import { tuneEngine } from './tuneEngine.ts';
import type { EndpointSettings, EndpointWorld } from './services.ts';

/** Set when the bundle is made. */
declare const RAMPART_VERSION: string | undefined;

const version = typeof RAMPART_VERSION === 'undefined' ? 'development' : RAMPART_VERSION;

/** The statuses that `rampart serve` hands on. */
const exitStatus = { failed: 1, usage: 2, owned: 3 } as const;

const bundleFolder = dirname(fileURLToPath(import.meta.url));

/** Whoever reads standard error reads the log: a person, or the file that an endpoint on demand gets there. */
const logger: Logger = {
  info: (message) => writeLog('info', message),
  warn: (message) => writeLog('warning', message),
  error: (message) => writeLog('error', message),
};

function writeLog(level: string, message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${level}: ${message}\n`);
}

function complain(message: string, status: number): number {
  process.stderr.write(`rampart: ${message}\n`);
  return status;
}

async function run(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const options = parseEndpointOptions(words);
  if (!options.ok) return complain(options.error, exitStatus.usage);
  const { HOME, RAMPART_STATE_DIR, RAMPART_TOKEN, TMPDIR } = environment;
  const surroundings = readSurroundings(environment);
  const paths = resolveStateDirectory({
    flag: options.value.stateDirectory,
    variable: RAMPART_STATE_DIR,
    home: HOME,
  });
  if (!paths.ok) return complain(paths.error, exitStatus.usage);
  const world = await createWorld();
  if (typeof world === 'string') return complain(world, exitStatus.failed);
  const asked = { options: options.value, home: HOME, token: RAMPART_TOKEN, temporary: TMPDIR };
  const isGuarded = isStartedUnderGuard(paths.value.directory, world.pid, world.processes);
  world.addon.concealSecrets(['RAMPART_TOKEN', 'RAMPART_UPSTREAM_TOKEN']);
  const { wishes, ignored } = isGuarded ? tightenStart(asked) : { wishes: asked, ignored: null };
  if (isGuarded)
    logger.info('started from inside the tree that is guarded: nothing here may loosen the guard');
  const settings = settingsOf(wishes, ignored, paths.value, world);
  return serve(
    { ...settings, surroundings: isGuarded ? {} : surroundings },
    world,
    options.value.ignoredSignals,
  );
}

/** What an upstream is found by, its token among it: copied before that is wiped. */
function readSurroundings({
  RAMPART_URL,
  RAMPART_SERVE_URL,
  RAMPART_TOKEN,
  RAMPART_UPSTREAM_TOKEN,
}: NodeJS.ProcessEnv): EndpointSettings['surroundings'] {
  return { RAMPART_URL, RAMPART_SERVE_URL, RAMPART_TOKEN, RAMPART_UPSTREAM_TOKEN };
}

function settingsOf(
  { options, home, token, temporary }: StartWishes,
  ignored: readonly string[] | null,
  paths: StatePaths,
  world: EndpointWorld,
): Omit<EndpointSettings, 'surroundings'> {
  const { port, mode, onDemand, lingerMs, holdMs, policyFiles, withDefaultPolicy, upstream } = options;
  return {
    paths,
    port,
    mode,
    onDemand,
    lingerMs,
    holdMs,
    upstream,
    version,
    policies: {
      bundleFolder: withDefaultPolicy ? bundleFolder : null,
      home: homeDirectory(home),
      files: policyFiles,
    },
    token: token === undefined || token === '' ? null : token,
    startedBy: ignored === null ? startersOf(options, world.processes) : [],
    temporary: ['/tmp', ...(temporary?.startsWith('/') === true ? [temporary] : [])],
    ignored,
  };
}

async function createWorld(): Promise<EndpointWorld | string> {
  const addon = loadNativeAddon(bundleFolder);
  if (!addon.ok) return addon.error;
  try {
    return {
      addon: addon.value,
      reader: await createShellReader(
        readFileSync(join(bundleFolder, 'tree-sitter.wasm')),
        readFileSync(join(bundleFolder, 'tree-sitter-bash.wasm')),
      ),
      processes: createProcessTable(),
      clock: { now: () => Date.now() },
      stopwatch: { elapsed: () => performance.now() },
      uptime: () => uptime() * 1_000,
      logger,
      bootId: readBootId(),
      readBootMoment,
      platform: process.platform,
      pid: process.pid,
      user: process.geteuid?.() ?? -1,
      createRandom: (bytes) => randomBytes(bytes),
      loadUpstream: () => import('./upstream/transport.ts'),
    };
  } catch (thrown) {
    return `the shell grammar cannot be loaded: ${messageOf(thrown)}`;
  }
}

/** An endpoint that was started by hand obeys those who share its starter; init is everybody's ancestor. */
function startersOf(
  { startedBy, onDemand }: EndpointOptions,
  processes: ProcessTable,
): readonly ProcessReference[] {
  if (startedBy.length > 0) return startedBy.filter(({ pid }) => pid > 1);
  const parent = onDemand || process.ppid <= 1 ? null : processes.stat(process.ppid);
  return parent === null ? [] : [{ pid: parent.pid, started: parent.started }];
}

async function serve(
  settings: EndpointSettings,
  world: EndpointWorld,
  ignoredSignals: string,
): Promise<number> {
  const started = await startEndpoint(settings, world);
  if (!started.ok) return complainAbout(started.error, settings);
  const { ready, ended, stop } = started.value;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const isIgnored = isSignalIn(ignoredSignals, signal);
    process.on(signal, () => (isIgnored ? undefined : stop(signal)));
  }
  // Whoever waited for the line may be gone by now.
  process.stdout.on('error', () => undefined);
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  const reason = await ended;
  logger.info(`ended: ${reason}`);
  return 0;
}

function complainAbout(error: StartFailure, { paths }: EndpointSettings): number {
  switch (error.kind) {
    case 'owned': {
      const owner = error.pid === null ? 'another process' : `process ${error.pid}`;
      return complain(`${paths.directory} is owned by ${owner}, which serves it already`, exitStatus.owned);
    }
    case 'policy':
      for (const problem of error.problems) process.stderr.write(`${formatProblem(problem)}\n`);
      return exitStatus.usage;
    case 'broken':
      return complain(error.reason, exitStatus.failed);
  }
}

tuneEngine(setFlagsFromString);
process.umask(0o077);
// A guard that ends lets everything run: whatever was not foreseen is logged, and the next question is answered.
process.on('uncaughtException', (thrown) => logger.error(`not foreseen: ${thrown.stack ?? thrown.message}`));
process.stderr.on('error', () => undefined);
process.exitCode = await run(process.argv.slice(2), process.env);
