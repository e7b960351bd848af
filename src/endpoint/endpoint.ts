import { messageOf } from '../base/assert.ts';
import { DisposableList } from '../base/disposable.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Mode } from '../protocol/mode.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { userPolicyFolder } from '../system/policySources.ts';
import { createStateDirectory } from '../system/stateDirectory.ts';
import { checkAccess } from './access.ts';
import type { AccessSettings } from './access.ts';
import { Doors } from './doors.ts';
import { acquireLock } from './endpointLock.ts';
import type { EndpointLock, LockFailure } from './endpointLock.ts';
import { FifoDoor } from './fifoDoor.ts';
import { watchLifetime } from './lifetime.ts';
import type { EndpointParts } from './parts.ts';
import { learnPauseMs, Pause, reloadPauseMs } from './pause.ts';
import { createRouter } from './router.ts';
import { createServices, problemsOf } from './services.ts';
import type { EndpointSettings, EndpointWorld, Services, Tenure } from './services.ts';
import { warmUp } from './warmUp.ts';

/** What an endpoint says when it listens. */
export interface ReadyLine {
  readonly ready: true;
  readonly socket: string;
  readonly url: string | null;
  readonly pid: number;
  readonly state_dir: string;
  readonly mode: Mode;
}

/** Why no endpoint was started. */
export type StartFailure =
  LockFailure | { readonly kind: 'policy'; readonly problems: readonly PolicyProblem[] };

/** An endpoint that listens. */
export interface Endpoint {
  readonly ready: ReadyLine;
  /** Settles with the reason when the endpoint has ended: socket removed, everything closed. */
  readonly ended: Promise<string>;
  /** Ends it; answers that are on their way still go out. */
  readonly stop: (reason: string) => void;
}

/** How often it is looked whether socket and directory are still there, in milliseconds. */
const placeCheckMs = 1_000;

/** Starts an endpoint: takes the state directory, loads, listens. A failure leaves nothing behind. */
export async function startEndpoint(
  settings: EndpointSettings,
  world: EndpointWorld,
): Promise<Result<Endpoint, StartFailure>> {
  const owned = new DisposableList();
  const directory = createStateDirectory(settings.paths.directory);
  if (!directory.ok) return failure({ kind: 'broken', reason: directory.error });
  const lock = acquireLock(settings.paths.lock, (descriptor) => world.addon.lockFile(descriptor), world.pid);
  if (!lock.ok) return lock;
  owned.add(lock.value);
  try {
    const services = createServices(settings, world, { lock: lock.value, owned });
    const { problems } = services.policy;
    if (problems.length === 0 || settings.onDemand) {
      return success(await open({ settings, world, services }, { lock: lock.value, owned }));
    }
    owned.dispose();
    return failure({ kind: 'policy', problems });
  } catch (thrown) {
    owned.dispose();
    return failure({ kind: 'broken', reason: messageOf(thrown) });
  }
}

interface Made {
  readonly settings: EndpointSettings;
  readonly world: EndpointWorld;
  readonly services: Services;
}

async function open(made: Made, { lock, owned }: Tenure): Promise<Endpoint> {
  const { settings, world, services } = made;
  const { paths, port } = settings;
  const farewell = createFarewell();
  const doors = new Doors(paths.socket, world.addon, (request) => route(request));
  const route = createRouter({
    parts: createParts(made, () => doors.url, farewell.say),
    access: accessOf(made),
    catchUp: () => services.journal.catchUp(),
    onRefused: ({ method, path, caller }, message) =>
      services.recordIncident({ what: `${method} ${path}`, message, refused: true }, caller),
    onTokenUsed: ({ method, path, caller }, name) =>
      services.recordIncident({ what: `${method} ${path}`, message: `by ${name}`, refused: false }, caller),
  });
  await doors.openSocket();
  if (port !== null) {
    await doors.openPort(port).catch(async (thrown: unknown) => {
      await doors.close();
      throw thrown;
    });
  }
  const { addon, stopwatch, logger } = world;
  const fifo = owned.add(
    new FifoDoor({ paths, addon, stopwatch, logger, answer: (request) => route(request) }),
  );
  owned.add(watchPlace({ doors, fifo, lock }, services, farewell.say));
  if (settings.onDemand) owned.add(watchUsers(settings, services, farewell.say));
  const ended = farewell.said.then(async (reason) => {
    // Whoever is held gets an answer before the doors close.
    services.deciders.asking.dispose();
    services.stream.dispose();
    await doors.close();
    owned.dispose();
    return reason;
  });
  const { pid } = world;
  const { mode } = services.mode;
  const socket = paths.socket;
  // Behind the word that we are ready, which somebody waits for.
  setImmediate(() => warmUp(services.deciders));
  const ready = { ready: true, socket, url: doors.url, pid, state_dir: paths.directory, mode } as const;
  return { ready, ended, stop: farewell.say };
}

/** Somebody may delete the socket, which is made again, or all of the state directory, which ends us. */
function watchPlace(
  { doors, fifo, lock }: { readonly doors: Doors; readonly fifo: FifoDoor; readonly lock: EndpointLock },
  { recordIncident }: Services,
  stop: (reason: string) => void,
): Disposable {
  const noteLoss = (what: string): void =>
    recordIncident({ what, message: 'made again: it was gone', refused: false }, null);
  const look = async (): Promise<void> => {
    if (!lock.isInPlace()) {
      stop('its state directory was taken away');
      return;
    }
    if (!fifo.isInPlace()) {
      noteLoss('FIFO');
      fifo.reopen();
    }
    if (!doors.isSocketInPlace()) {
      noteLoss('socket');
      await doors.reopenSocket();
    }
  };
  const timer = setInterval(() => {
    look().catch((thrown: unknown) => stop(`its socket or FIFO is gone: ${messageOf(thrown)}`));
  }, placeCheckMs);
  timer.unref();
  return { dispose: () => clearInterval(timer) };
}

function watchUsers(
  { lingerMs }: EndpointSettings,
  { askers, stream }: Services,
  stop: (reason: string) => void,
): Disposable {
  const isHeld = (): boolean => askers.hasLiving() || stream.readerCount > 0;
  return watchLifetime(lingerMs, isHeld, () => stop('nobody uses it any more'));
}

/** The end of an endpoint, once: whoever says it first gives the reason. */
function createFarewell(): { readonly say: (reason: string) => void; readonly said: Promise<string> } {
  const words = new Emitter<string>();
  const said = new Promise<string>((resolve) => words.event(resolve));
  return { say: (reason) => words.fire(reason), said };
}

function accessOf({ settings, world, services }: Made): AccessSettings {
  const { processes, platform, user, pid } = world;
  const { sessions } = services.deciders;
  return {
    token: settings.token,
    tokens: services.tokens,
    surroundings: {
      processes,
      platform,
      user,
      pid,
      startedBy: settings.startedBy,
      isGuarded: (id, started) => sessions.isGuarded(id, started),
    },
  };
}

function createParts(
  { settings, world, services }: Made,
  url: () => string | null,
  stop: (reason: string) => void,
): EndpointParts {
  const { mode, policy, stream, deciders, askers, startedAt, approvals, handRules } = services;
  const { home } = settings.policies;
  const { stopwatch } = world;
  return {
    version: settings.version,
    pid: world.pid,
    startedAt,
    configPath: home === null ? '' : userPolicyFolder(home),
    auditFolder: settings.paths.audit,
    mode,
    policy,
    stream,
    deciders,
    approvals,
    handRules,
    url,
    tokens: services.tokens,
    pauses: { reload: new Pause(stopwatch, reloadPauseMs), learn: new Pause(stopwatch, learnPauseMs) },
    isReplaceable: settings.onDemand && settings.policies.files.length === 0,
    isOwner: (caller) => checkAccess('owner', caller, accessOf({ settings, world, services })).ok,
    noteChange: (what, message, caller) => services.recordIncident({ what, message, refused: false }, caller),
    problems: () => problemsOf(services, settings.paths.audit),
    lostRecords: () => services.lost.total + services.audit.lost,
    noteAsker: ({ pid, sid }) => askers.note(pid, sid),
    noteSession: (pid) => askers.note(pid, pid),
    stop,
  };
}
