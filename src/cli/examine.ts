import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { release } from 'node:os';
import { dirname } from 'node:path';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { formatSocketUrl } from '../client/endpointAddress.ts';
import { EndpointClient } from '../client/endpointClient.ts';
import { installationPlace } from '../client/installation.ts';
import { homeDirectory } from '../system/stateDirectory.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import type { Check } from './check.ts';
import { asideSuffix } from '../protocol/routes.ts';
import { checkEndpoint } from './checkEndpoint.ts';
import type { EndpointFacts } from './checkEndpoint.ts';
import { checkInstallation } from './checkInstallation.ts';
import type { InstallationFacts } from './checkInstallation.ts';
import { checkMachine } from './checkMachine.ts';
import { checkShell } from './checkShell.ts';
import type { CommandContext } from './command.ts';
import { findLibrary } from './findLibrary.ts';
import { findProgram } from '../system/findProgram.ts';
import { findPolicyWarnings } from './lintFiles.ts';
import { isGuardable } from '../system/isGuardable.ts';
import { isLeftAlone } from './isLeftAlone.ts';
import { isOwnStartRecorded } from './isOwnStartRecorded.ts';
import { findOuterGuard } from './outerGuard.ts';

/** What is said about the environment of a shell. */
const aboutEnvironment: ReadonlySet<string> = new Set(['this shell', 'fail mode']);

/** How much of a file says what it is. */
const headBytes = 512;

/** How long a program that is started to see the library may take, in milliseconds. */
const trialTimeoutMs = 5_000;

/** The most of a file that is looked through. */
const maxTextBytes = 1_048_576;

/**
 * Looks at all that guarding depends on; of `machine` what does not depend on the shell. That one is for programs that
 * belong to no person, so nothing is asked there that only a person may ask.
 */
export async function examine(
  paths: StatePaths,
  context: CommandContext,
  scope: 'machine' | 'shell',
): Promise<readonly Check[]> {
  const { environment } = context;
  const home = homeDirectory(environment['HOME']) ?? '/';
  const isGuarded = findOuterGuard('', context) !== null;
  const files = { isThere: existsSync, readText };
  const client = new EndpointClient({ kind: 'socket', path: paths.socket });
  const [health, status] = await Promise.all([
    client.health(),
    scope === 'shell' ? client.policyStatus() : null,
  ]);
  const mountInfo = readText('/proc/self/mountinfo') ?? '';
  const entry = findEntry(paths.directory);
  return [
    ...checkMachine({ platform: process.platform, kernel: release(), environment, ...files }),
    ...checkInstallation(installationFacts(home, mountInfo, context)),
    ...checkShell({
      environment: scope === 'shell' ? environment : { SHELL: environment['SHELL'] },
      home,
      isGuarded,
      isLeftAlone: await isPersonLeftAlone(paths, context, { isGuarded, health }),
      socketUrl: formatSocketUrl(paths.socket),
      isGuardable,
      ...files,
    }).filter(({ name }) => scope === 'shell' || !aboutEnvironment.has(name)),
    ...checkEndpoint({
      directory: paths.directory,
      entry: entry === null ? null : { isFolder: entry.isDirectory(), uid: entry.uid, mode: entry.mode },
      obstacle: entry === null ? findObstacle(dirname(paths.directory)) : null,
      putAside:
        entry?.isDirectory() === true
          ? readdirSync(paths.directory).filter((name) => name.endsWith(asideSuffix))
          : [],
      uid: process.geteuid?.() ?? 0,
      mountInfo,
      health,
      version: context.version,
      isGuarded,
      policyWarnings: findPolicyWarnings({
        bundleFolder: context.bundleFolder,
        hasDefault: true,
        files: [],
        home,
        temporary: environment['TMPDIR'],
        cwd: context.cwd,
      }),
      ...whatIsTold(status),
    }),
  ];
}

interface GuardFacts {
  readonly isGuarded: boolean;
  readonly health: Awaited<ReturnType<EndpointClient['health']>>;
}

async function isPersonLeftAlone(
  paths: StatePaths,
  { environment, processes }: CommandContext,
  { isGuarded, health }: GuardFacts,
): Promise<boolean> {
  const url = environment['RAMPART_URL'] ?? '';
  if (isLeftAlone(url, processes)) return true;
  if (!isGuarded || !health.ok || url !== formatSocketUrl(paths.socket)) return false;
  // Where nobody is asked, nothing is recorded.
  const isAsked = ![health.value.mode, environment['RAMPART_MODE']].includes('disabled');
  return isAsked && !(await isOwnStartRecorded(paths));
}

/** Null also where a file, or a folder that may not be looked into, is above it. */
function findEntry(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Why no folder can be made in that one, which may have to be made itself; null when nothing is in the way. */
function findObstacle(parent: string): string | null {
  const entry = findEntry(parent);
  if (entry === null) return findObstacle(dirname(parent));
  if (!entry.isDirectory()) return `${parent} is no directory`;
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return null;
  } catch {
    return `your user may not write in ${parent}`;
  }
}

/** What the endpoint tells of itself; nothing to who may not ask. */
function whatIsTold(
  status: Awaited<ReturnType<EndpointClient['policyStatus']>> | null,
): Pick<EndpointFacts, 'policyProblems' | 'logProblem' | 'upstream' | 'lostRecords'> {
  if (status?.ok !== true) return { policyProblems: [], logProblem: null, upstream: null, lostRecords: 0 };
  const { problems, upstream, lostRecords } = status.value;
  return {
    policyProblems: problems
      .filter(({ subject }) => subject === undefined)
      .map(({ file, line, message }) => `${file}:${line}: ${message}`),
    logProblem: problems.find(({ subject }) => subject === 'log')?.message ?? null,
    upstream,
    lostRecords,
  };
}

function installationFacts(home: string, mountInfo: string, context: CommandContext): InstallationFacts {
  const library = findLibrary(context.bundleFolder, installationPlace(home));
  const command = findProgram('rampart', context.environment['PATH'], context.cwd);
  return {
    library,
    readHead,
    mountInfo,
    arch: process.arch,
    addon: context.addon,
    command: command.ok
      ? { path: command.value, head: readHead(command.value)?.toString('latin1') ?? '' }
      : null,
    isLoaded: library.ok ? tryLoading(library.value, context) : success(false),
  };
}

/** Starts a program with the library and looks whether it has it; it is told that nobody is to be asked. */
function tryLoading(library: string, context: CommandContext): Result<boolean, string> {
  const cat = findProgram('cat', context.environment['PATH'], context.cwd);
  if (!cat.ok) return failure('there is no `cat` to try it with');
  const trial = spawnSync(cat.value, ['/proc/self/maps'], {
    env: { LD_PRELOAD: library, RAMPART_URL: 'unix:///nowhere/endpoint.sock', RAMPART_MODE: 'disabled' },
    encoding: 'utf8',
    timeout: trialTimeoutMs,
  });
  if (trial.error !== undefined) return failure(`it could not be tried: ${trial.error.message}`);
  return success(/\/librampart[^/\n]*\.so/.test(trial.stdout));
}

function readHead(path: string): Buffer | null {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const head = Buffer.alloc(headBytes);
      return head.subarray(0, readSync(descriptor, head, 0, headBytes, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    const size = statSync(path).size;
    return size > maxTextBytes ? null : readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
