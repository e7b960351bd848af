import { messageOf } from '../base/assert.ts';
import { DisposableList } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Mode } from '../protocol/mode.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { userPolicyFolder } from '../system/policySources.ts';
import { createStateDirectory } from '../system/stateDirectory.ts';
import type { AccessSettings } from './access.ts';
import { Doors } from './doors.ts';
import { acquireLock } from './endpointLock.ts';
import type { LockFailure } from './endpointLock.ts';
import { watchLifetime } from './lifetime.ts';
import type { EndpointParts } from './parts.ts';
import { createRouter } from './router.ts';
import { createServices } from './services.ts';
import type { EndpointSettings, EndpointWorld, Services } from './services.ts';

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
    const services = createServices(settings, world, owned);
    const { problems } = services.policy;
    if (problems.length === 0 || settings.onDemand) {
      return success(await open(settings, world, services, owned));
    }
    owned.dispose();
    return failure({ kind: 'policy', problems });
  } catch (thrown) {
    owned.dispose();
    return failure({ kind: 'broken', reason: messageOf(thrown) });
  }
}

async function open(
  settings: EndpointSettings,
  world: EndpointWorld,
  services: Services,
  owned: DisposableList,
): Promise<Endpoint> {
  const { paths, port, onDemand, lingerMs } = settings;
  const farewell = createFarewell();
  const doors = new Doors((request) => route(request));
  const route = createRouter({
    parts: createParts({ settings, world, services }, () => doors.url, farewell.say),
    access: accessOf(settings, world, services),
    onRefused: ({ method, path, caller }, reason) =>
      services.recordIncident(`${method} ${path}`, reason, caller),
  });
  await doors.openSocket(paths.socket, world.addon);
  if (port !== null) {
    await doors.openPort(port).catch(async (thrown: unknown) => {
      await doors.close();
      throw thrown;
    });
  }
  if (onDemand) {
    const isHeld = (): boolean => services.askers.hasLiving() || services.stream.readerCount > 0;
    owned.add(watchLifetime(lingerMs, isHeld, () => farewell.say('nobody uses it any more')));
  }
  const ended = farewell.said.then(async (reason) => {
    services.stream.dispose();
    await doors.close();
    owned.dispose();
    return reason;
  });
  const { pid } = world;
  const mode = services.mode.mode;
  const ready = {
    ready: true,
    socket: paths.socket,
    url: doors.url,
    pid,
    state_dir: paths.directory,
    mode,
  } as const;
  return { ready, ended, stop: farewell.say };
}

/** The end of an endpoint, once: whoever says it first gives the reason. */
function createFarewell(): { readonly say: (reason: string) => void; readonly said: Promise<string> } {
  const words = new Emitter<string>();
  const said = new Promise<string>((resolve) => words.event(resolve));
  return { say: (reason) => words.fire(reason), said };
}

function accessOf(settings: EndpointSettings, world: EndpointWorld, services: Services): AccessSettings {
  const { processes, platform, user, pid } = world;
  const { sessions } = services.deciders;
  return {
    token: settings.token,
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

interface Made {
  readonly settings: EndpointSettings;
  readonly world: EndpointWorld;
  readonly services: Services;
}

function createParts(
  { settings, world, services }: Made,
  url: () => string | null,
  stop: (reason: string) => void,
): EndpointParts {
  const { mode, policy, stream, deciders, askers, audit, startedAt } = services;
  const { home } = settings.policies;
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
    url,
    problems: () => {
      const own = audit.problem;
      const file = settings.paths.audit;
      return [...policy.problems, ...(own === null ? [] : [{ file, line: 1, column: 1, message: own }])];
    },
    noteAsker: ({ pid, sid }) => askers.note(pid, sid),
    noteSession: (pid) => askers.note(pid, pid),
    stop,
  };
}
