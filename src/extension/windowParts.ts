import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../base/disposable.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { failure, type Result } from '../base/result.ts';
import { checkLibrary, trialEnvironment } from '../client/checkLibrary.ts';
import { DecisionStore } from '../client/decisionStore.ts';
import type { EndpointAddress } from '../client/endpointAddress.ts';
import { EndpointClient } from '../client/endpointClient.ts';
import { ensureEndpoint } from '../client/endpointProcess.ts';
import { EventSource } from '../client/eventSource.ts';
import { HostGuard } from '../client/hostGuard.ts';
import { installationPlace, installRuntime, libraryIn, type Installation } from '../client/installation.ts';
import { currentNodeProgram } from '../client/nodeProgram.ts';
import { nameOf } from '../client/measureTree.ts';
import { readLoader } from '../client/readLoader.ts';
import { placeSessions } from '../client/sessionPlaces.ts';
import { TreeWatch } from '../client/treeWatch.ts';
import { formatStatus, type GuardStatus } from '../presentation/statusText.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { createProcessTable, type ProcessTable } from '../system/processTable.ts';
import {
  homeDirectory,
  resolveStateDirectory,
  statePathsIn,
  type StatePaths,
} from '../system/stateDirectory.ts';
import type { Background } from './adapters/background.ts';
import type { Notices } from './adapters/notices.ts';
import type { RampartApi } from './api.ts';
import {
  isGuardEnabled,
  readGuardScope,
  readPolicyFiles,
  readSettingsAnew,
  readUpstreamArguments,
} from './configuration.ts';
import { EndpointSupervisor } from './endpoint/endpointSupervisor.ts';
import { fetchFromEndpoint, registerEndpointFollower } from './endpoint/followEndpoint.ts';
import { Guard } from './injection/guard.ts';
import { GuardNews } from './injection/guardNews.ts';
import { isTypedIn } from './injection/idleShell.ts';
import { createKeptWishes } from './injection/keptWishes.ts';
import { recordGuard } from './injection/recordGuard.ts';
import type { RegistryParts } from './injection/registryParts.ts';
import { TerminalRegistry } from './injection/terminalRegistry.ts';
import { createWorkspaceChoice } from './injection/workspaceChoice.ts';
import { ApprovalStore } from './model/approvalStore.ts';
import { keepUnseenDenials } from './model/keptUnseen.ts';
import { OlderDecisions } from './model/olderDecisions.ts';
import { SessionStore } from './model/sessionStore.ts';
import { WindowStatus } from './model/windowStatus.ts';
import { createWindowViews, type WindowViews } from './windowViews.ts';
import { createVersionNotifier } from './views/versionNotifier.ts';
import { PolicyProblemNotifier } from './views/policyProblemNotifier.ts';

/** The world that a window's parts work in. */
export interface WindowSurroundings {
  /** The environment of this process, which what it starts gets. */
  readonly environment: Record<string, string | undefined>;
  readonly platform: string;
  /** The folder with the bundles and `native/`. */
  readonly bundleFolder: string;
  /** Where the extension lies. */
  readonly extension: vscode.Uri;
  readonly collection: vscode.GlobalEnvironmentVariableCollection;
  /** Where the user's own data about this workspace are kept. */
  readonly workspaceState: vscode.Memento;
  /** Where the user's own data are kept that are of no workspace. */
  readonly globalState: vscode.Memento;
  /** Of this extension. */
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly background: Background;
  readonly notices: Notices;
}

/** One window's parts, wired to each other. */
export interface WindowParts extends Disposable {
  readonly approvals: ApprovalStore;
  readonly client: EndpointClient;
  readonly guard: Guard;
  readonly home: string;
  readonly namedFiles: () => readonly string[];
  readonly paths: StatePaths;
  readonly processes: ProcessTable;
  readonly registry: TerminalRegistry;
  readonly status: WindowStatus;
  readonly supervisor: EndpointSupervisor;
  readonly views: WindowViews;
  /** Reads sessions and the newest decisions again. */
  readonly refresh: () => Promise<void>;
  /** Carries out the user's setting, and connects to an endpoint that is there either way. */
  readonly follow: () => Promise<void>;
  /** What others may look at. */
  readonly view: Omit<RampartApi, 'activationMs' | 'settled'>;
}

/** Wires a window's parts. Nothing is installed, started or connected before `follow`. */
export function createWindowParts(surroundings: WindowSurroundings): WindowParts {
  const { environment, platform, clock, logger, background, extension } = surroundings;
  const owned = new DisposableList();
  const machine = findMachine(surroundings);
  const status = createStatus(owned, surroundings, machine.supported);
  const sessions = owned.add(new SessionStore());
  const decisions = owned.add(new DecisionStore());
  const approvals = owned.add(new ApprovalStore());
  const client = new EndpointClient(machine.address);
  const news = new GuardNews({ ...guardSetting, apply: () => guard.apply(), background });
  const supervisor = owned.add(
    createSupervisor(machine, surroundings, async (): Promise<boolean> => {
      await news.settled;
      return status.current.guardEnabled || registry.hasGuarded || host.hasGuarded;
    }),
  );
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(() => supervisor.reopen()));
  const processes = createProcessTable(platform);
  const told = { client, supervisor, logger, background, folders: windowFolders };
  const host = new HostGuard({ environment, platform, pid: process.pid, processes });
  const guard = owned.add(
    new Guard({
      ...{ collection: surroundings.collection, status, host, platform, logger },
      workspace: createWorkspaceChoice(surroundings.workspaceState),
      kept: createKeptWishes(surroundings.globalState),
      install: machine.install,
      check: (library) => checkLibrary(library, trialEnvironment(library, platform), platform),
      socket: machine.paths.socket,
      startEndpoint: () => supervisor.start(),
      record: (turn) => recordGuard(told, turn),
    }),
  );
  const registry = owned.add(
    new TerminalRegistry({
      sessions,
      status,
      register: async (pid, registration) => {
        const told = await client.registerSession(pid, registration);
        return told.ok ? told : failure(told.error.message);
      },
      isArmed: () => guard.isArmed,
      scope: readGuardScope,
      ...createTerminalLooks(processes),
      loaderOf: (pid) => readLoader(processes, pid, guard.pointers, platform),
      clock,
      background,
    }),
  );
  owned.add(registry.onDidChange(() => status.update({ unprotected: registry.unprotected })));
  const older = new OlderDecisions(client, decisions);
  const shown = {
    ...{ approvals, clock, decisions, registry, older, status, sessions, client },
    ...{ host, background, logger, extension, notices: surroundings.notices, home: machine.home },
    programOf: (pid: number) => nameOf(processes, pid),
    bundleFolder: surroundings.bundleFolder,
    namedFiles: () => readPolicyFiles(machine.home),
  };
  const { views, onDecision } = createWindowViews(owned, shown);
  const notifier = owned.add(new PolicyProblemNotifier(logger, background));
  const onPolicyProblems = (problems: readonly PolicyProblem[]): void => {
    notifier.take(problems);
    views.policy.refresh();
  };
  const onVersion = createVersionNotifier({ version: surroundings.version, client, background });
  const onGuardTurn = (guarded: boolean): void => news.hear(guarded);
  const onTcpUrl = (url: string | null): void => guard.hearTcpUrl(url);
  const follower = { ...shown, supervisor, onDecision, onPolicyProblems, onVersion, onGuardTurn, onTcpUrl };
  owned.add(registerEndpointFollower(follower));
  return {
    ...{ approvals, client, guard, registry, status, supervisor, views },
    ...{ home: machine.home, paths: machine.paths, processes, namedFiles: shown.namedFiles },
    refresh: () => fetchFromEndpoint(follower),
    follow: async () => {
      await guard.apply();
      supervisor.join();
    },
    view: createView({ status, decisions, approvals, registry, views }),
    dispose: () => owned.dispose(),
  };
}

function createSupervisor(
  machine: Machine,
  surroundings: WindowSurroundings,
  isNeeded: () => Promise<boolean>,
): EndpointSupervisor {
  return new EndpointSupervisor({
    createSource: () =>
      new EventSource({ address: machine.address, folders: windowFolders(), canApprove: true }),
    ensureEndpoint: () => startEndpoint(machine, surroundings),
    isNeeded,
    logger: surroundings.logger,
  });
}

interface ViewParts {
  readonly status: WindowStatus;
  readonly decisions: DecisionStore;
  readonly approvals: ApprovalStore;
  readonly registry: TerminalRegistry;
  readonly views: WindowViews;
}

function createView({ status, decisions, approvals, registry, views }: ViewParts): WindowParts['view'] {
  return {
    status: () => status.current,
    onDidChangeStatus: status.onDidChange,
    statusText: () => formatStatus(status.current),
    decisions: () => decisions.decisions,
    decisionGroups: () => views.decisions.shownGroups,
    approvals: () => approvals.waiting,
    terminals: () => registry.terminals.map((known) => known.subject),
    inner: (pid) => views.sessions.innerSubjects(pid),
    host: () => views.sessions.hostSubjects,
    debugged: () => views.sessions.debugSubjects,
    sessionName: (sid) => registry.nameOf(sid),
  };
}

const guardSetting = { isEnabled: isGuardEnabled, readAnew: readSettingsAnew };

/** What this machine offers: where things are, and whether there is a library for it. */
interface Machine {
  readonly home: string;
  readonly paths: StatePaths;
  readonly address: EndpointAddress;
  readonly supported: boolean;
  readonly install: () => Result<Installation, string>;
}

function findMachine({ environment, bundleFolder }: WindowSurroundings): Machine {
  const home = homeDirectory(environment['HOME']) ?? '/';
  const hints = { flag: undefined, variable: environment['RAMPART_STATE_DIR'], home };
  const state = resolveStateDirectory(hints);
  // Without a state directory nothing can be installed or started, and everyone who tries hears why.
  const paths = state.ok ? state.value : statePathsIn('/nonexistent');
  const place = installationPlace(home);
  return {
    home,
    paths,
    address: { kind: 'socket', path: paths.socket },
    supported: existsSync(libraryIn(bundleFolder, place)),
    install: () =>
      state.ok
        ? installRuntime({ bundleFolder, program: currentNodeProgram() }, place)
        : failure(state.error),
  };
}

/** What can be seen of terminals from outside. */
function createTerminalLooks(
  processes: ProcessTable,
): Pick<RegistryParts, 'wasArmed' | 'isTypedIn' | 'isInFront' | 'treeOf' | 'place'> {
  const trees = new TreeWatch(processes);
  return {
    wasArmed: (pid) => wasArmed(processes, pid),
    isTypedIn: (pid) => isTypedIn(processes, pid),
    isInFront: (pid) => isInFront(processes, pid),
    treeOf: (pid) => trees.look(pid),
    place: (sessions, terminals) => placeSessions(processes, sessions, terminals),
  };
}

/** Whether a process was told of an endpoint, which nobody replaces as the loader variable is replaced. */
function wasArmed(processes: ProcessTable, pid: number): boolean {
  return (processes.environment(pid) ?? []).some((entry) => entry.startsWith('RAMPART_URL='));
}

/** Whether the leader of a session is in the foreground of its terminal. */
function isInFront(processes: ProcessTable, pid: number): boolean {
  const front = processes.stat(pid)?.foreground ?? pid;
  return front <= 0 || front === pid;
}

async function startEndpoint(
  machine: Machine,
  { environment, version }: Pick<WindowSurroundings, 'environment' | 'version'>,
): Promise<Result<unknown, string>> {
  const installed = machine.install();
  if (!installed.ok) return installed;
  return ensureEndpoint({
    program: currentNodeProgram(),
    bundle: join(installed.value.runtimeFolder, 'endpoint.js'),
    version,
    paths: machine.paths,
    arguments: [
      ...readPolicyFiles(machine.home).flatMap((file) => ['--policy', file]),
      ...readUpstreamArguments(machine.home),
    ],
    environment,
  });
}

function createStatus(
  owned: DisposableList,
  { workspaceState, background }: WindowSurroundings,
  supported: boolean,
): WindowStatus {
  const status = owned.add(new WindowStatus(createInitialStatus(supported)));
  owned.add(keepUnseenDenials({ status, memento: workspaceState, background }));
  return status;
}

function createInitialStatus(supported: boolean): GuardStatus {
  return {
    supported,
    guardEnabled: false,
    here: 'follow',
    unprotected: 0,
    endpoint: 'idle',
    cause: null,
    mode: null,
    until: null,
    unseenDenials: 0,
    problem: null,
  };
}

/** The folders on disk of this window, by which the endpoint finds the workspace of a command. */
function windowFolders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
    uri.scheme === 'file' ? [uri.fsPath] : [],
  );
}
