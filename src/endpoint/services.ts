import type { Clock, Stopwatch } from '../base/clock.ts';
import type { DisposableList } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { ShellReader } from '../policy/shellReader.ts';
import { agentPrograms } from '../protocol/agentPrograms.ts';
import type { AgentProgram } from '../protocol/agentPrograms.ts';
import { defaultAgent } from '../protocol/environment.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Mode } from '../protocol/mode.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import type { NativeAddon } from '../system/nativeAddon.ts';
import { handRulesFile } from '../system/policySources.ts';
import type { PolicyLocations } from '../system/policySources.ts';
import type { ProcessTable } from '../system/processTable.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { resolveLinks } from '../system/workspaceRoot.ts';
import { recordOfIncident } from './auditEntry.ts';
import type { Incident } from './auditEntry.ts';
import { AuditLog } from './auditLog.ts';
import type { Approvals } from './approvals.ts';
import type { ProcessReference } from './authority.ts';
import { CallCounts } from './callCounts.ts';
import { Attribution } from './attribution.ts';
import { createAsking } from './createAsking.ts';
import { createTables } from './createTables.ts';
import type { Deciders } from './decide.ts';
import type { EndpointLock } from './endpointLock.ts';
import { EventStream } from './eventStream.ts';
import { peerOf } from './exchange.ts';
import type { Caller } from './exchange.ts';
import { HandRules } from './handRules.ts';
import { HeldRecords } from './heldRecords.ts';
import { Askers } from './lifetime.ts';
import { leaveCount, LostRecords, lossOf } from './lostRecords.ts';
import type { LostRecordsSettings } from './lostRecords.ts';
import { ModeStore } from './modeStore.ts';
import { recordPolicyChanges } from './policyHistory.ts';
import { PolicyStore } from './policyStore.ts';
import { findRecorded } from './recordedIds.ts';
import { createRecorder } from './recorder.ts';
import { RepeatedQuestions } from './repeatedQuestions.ts';
import { registrationMs, SessionStore } from './sessions.ts';
import { StateFileWriter } from './stateFileWriter.ts';
import { sweepRules } from './sweepRules.ts';
import { takeJournal } from './takeJournal.ts';
import type { JournalIntakeWork } from './takeJournal.ts';
import { TokenStore } from './tokenStore.ts';
import { createUpstream } from './upstream/createUpstream.ts';
import type { UpstreamDecider, UpstreamParts } from './upstream/createUpstream.ts';
import type { UpstreamSurroundings, UpstreamWish } from './upstream/target.ts';
import type { UpstreamPart } from './upstream/upstream.ts';
import { settleUpstream } from './upstream/wishFile.ts';
import { WaitingCount } from './waitingCount.ts';
import { createWorkspaceFinder } from './workspaces.ts';

/** What an endpoint is told. */
export interface EndpointSettings {
  readonly paths: StatePaths;
  /** The TCP port on 127.0.0.1, 0 for any free one; null listens on the socket only. */
  readonly port: number | null;
  readonly policies: PolicyLocations;
  /** The mode to start in; null takes the kept one. */
  readonly mode: Mode | null;
  /** The owner's token for TCP; null when none was set. */
  readonly token: string | null;
  /** The upstream to stand in front of; null takes the kept one, if any. */
  readonly upstream: UpstreamWish | null;
  /** Where an upstream that was not named is looked for. */
  readonly surroundings: UpstreamSurroundings['environment'];
  /** Ends by itself when nobody is left, and starts with whatever policy files are good. */
  readonly onDemand: boolean;
  readonly lingerMs: number;
  /** How long a question is held while a person decides, in milliseconds; 0 never holds. */
  readonly holdMs: number;
  readonly startedBy: readonly ProcessReference[];
  readonly version: string;
  /** Temporary directories, absolute. */
  readonly temporary: readonly string[];
  /** What was wished and is not obeyed, because the start came from inside the guarded tree; null when it did not. */
  readonly ignored: readonly string[] | null;
}

/** The world of an endpoint. */
export interface EndpointWorld {
  readonly addon: NativeAddon;
  readonly processes: ProcessTable;
  readonly clock: Clock;
  readonly stopwatch: Stopwatch;
  /** Milliseconds since the machine was started, whatever its clock is set to. */
  readonly uptime: () => number;
  readonly logger: Logger;
  readonly reader: ShellReader;
  readonly bootId: Buffer;
  /** Of `readBootMoment`. */
  readonly readBootMoment: () => number;
  readonly platform: string;
  readonly pid: number;
  /** Effective user id. */
  readonly user: number;
  readonly createRandom: (bytes: number) => Buffer;
  /** What is needed for an upstream alone. */
  readonly loadUpstream: () => Promise<UpstreamPart>;
}

/** The stores of one endpoint, wired to each other and owned by the list they were made with. */
interface Stores {
  readonly startedAt: number;
  readonly mode: ModeStore;
  readonly policy: PolicyStore;
  readonly stream: EventStream;
  readonly audit: AuditLog;
  readonly askers: Askers;
  readonly approvals: Approvals;
  readonly handRules: HandRules;
  readonly tokens: TokenStore;
  readonly deciders: Deciders;
  readonly lost: LostRecords;
  /** Records something that happened to the endpoint itself, and who tried it, when that is known. */
  readonly recordIncident: (incident: Incident, caller: Caller | null) => void;
}

/** The stores, and what fills them from the journal. */
export interface Services extends Stores {
  readonly journal: JournalIntakeWork;
}

/** What an endpoint holds while it lives. */
export interface Tenure {
  /** The state directory. */
  readonly lock: EndpointLock;
  /** Whatever has to be closed at the end. */
  readonly owned: DisposableList;
}

/** Makes the stores and connects them, and takes up what a crash left in the journal. Nothing listens yet. */
export function createServices(
  settings: EndpointSettings,
  world: EndpointWorld,
  { lock, owned }: Tenure,
): Services {
  const { paths, policies } = settings;
  const { clock, stopwatch, logger, bootId, processes } = world;
  const startedAt = clock.now();
  const boot = bootId.every((byte) => byte === 0) ? '' : bootId.toString('hex');
  const mode = owned.add(createModeStore(settings, world, boot));
  const generation = StateFileWriter.readGeneration(paths.state, bootId) + 1;
  const policy = owned.add(new PolicyStore(policies, generation));
  const stream = owned.add(new EventStream(startedAt));
  const sessions = owned.add(new SessionStore(processes));
  const isOurs = (): boolean => lock.isInPlace();
  const audit = createAuditLog(settings, world, isOurs, owned);
  const recorder = createRecorder(audit, stream, sessions);
  const attribution = createAttribution(settings, world, { sessions, stream });
  const held = createHeldRecords(settings, world, { attribution, recorder, sessions }, owned);
  const counts = new CallCounts(stopwatch);
  const createId = (): string => world.createRandom(16).toString('hex');
  const recordIncident: Stores['recordIncident'] = (incident, caller) => {
    logger.warn(`${incident.what}: ${incident.message}`);
    const surroundings = { id: createId(), now: clock.now(), mode: mode.mode };
    recorder.record(recordOfIncident(incident, describeCaller(caller, processes), surroundings));
  };
  const tellIncident = (incident: Incident): void => recordIncident(incident, null);
  const handRules = new HandRules(policies.home === null ? null : handRulesFile(policies.home));
  const { asking, approvals } = createAsking(
    {
      ...{ file: paths.approvals, boot, holdMs: settings.holdMs },
      ...{ clock, stopwatch, logger, createId, processes, stream, policy, handRules },
      recordIncident: tellIncident,
    },
    owned,
  );
  const forUpstream = { stream, approvals, asking, recordIncident: tellIncident };
  const upstream = standInFront(settings, world, forUpstream, owned);
  const file = createStateFile(settings, world, recordIncident, { lock, owned });
  const workspaceOf = createWorkspaceFinder(policies.home, () => stream.folders);
  const services: Stores = {
    startedAt,
    mode,
    policy,
    stream,
    audit,
    askers: new Askers(processes),
    approvals,
    handRules,
    tokens: owned.add(createTokenStore(settings, world)),
    lost: owned.add(createLostRecords(settings, world, lock, tellIncident)),
    deciders: {
      clock,
      logger,
      createId,
      mode: () => mode.mode,
      policy,
      sessions,
      attribution,
      counts,
      repeated: new RepeatedQuestions(stopwatch),
      asking,
      recorder,
      held,
      upstream,
      ...createTables({ settings, world, file, workspaceOf, policy }, owned),
      workspaceOf,
      world: evaluationWorld(settings, world, counts),
    },
    recordIncident,
  };
  connectStream(services, paths.audit, owned);
  keepStateFile(file, services, owned);
  owned.add(sessions.onDidChangeDormant((dormant) => file.setDormant(dormant)));
  const journal = readJournal(settings, world, services, { lock, owned });
  recordIgnored(settings, services);
  owned.add(recordPolicyChanges({ file: paths.policy, policy, logger, isOurs, recordIncident }));
  owned.add(sweepRules({ handRules, policy, clock, logger, recordIncident }));
  return { ...services, journal };
}

type UpstreamNeeds = Pick<UpstreamParts, 'stream' | 'approvals' | 'asking' | 'recordIncident'>;

function standInFront(
  { paths, upstream, surroundings, policies }: EndpointSettings,
  { logger, pid, processes, createRandom, loadUpstream }: EndpointWorld,
  needs: UpstreamNeeds,
  owned: DisposableList,
): UpstreamDecider | null {
  const onChange = (now: string, before: string): void =>
    needs.recordIncident({ what: 'upstream changed', message: `${now}; it was ${before}`, refused: false });
  const wish = settleUpstream(upstream, { file: paths.upstream, logger, onChange });
  if (wish === null) return null;
  const found = { home: policies.home, environment: surroundings };
  const own = { wish, surroundings: found, load: loadUpstream, pid, processes, createRandom };
  return createUpstream({ ...own, ...needs }, owned);
}

function createModeStore(
  { paths, mode: initial, ignored }: EndpointSettings,
  { clock, uptime, logger }: EndpointWorld,
  boot: string,
): ModeStore {
  const mayLoosen = ignored === null;
  return new ModeStore({ file: paths.mode, boot, clock, uptime, logger, initial, mayLoosen });
}

function createAuditLog(
  { paths }: EndpointSettings,
  { clock, logger }: EndpointWorld,
  isOurs: () => boolean,
  owned: DisposableList,
): AuditLog {
  const waiting = owned.add(new WaitingCount({ file: paths.waiting, lost: paths.lost, logger }));
  const onAbandoned = (count: number): void => {
    logger.error(`${count} records of the audit log are lost: they waited for the disk`);
    if (isOurs()) leaveCount(paths.lost, count);
  };
  const onWait = (count: number): void => waiting.note(count);
  return owned.add(new AuditLog({ folder: paths.audit, clock, logger, isOurs, onAbandoned, onWait }));
}

function createTokenStore({ paths }: EndpointSettings, world: EndpointWorld): TokenStore {
  const { clock, logger, createRandom } = world;
  return new TokenStore({ file: paths.tokens, clock, logger, createRandom });
}

function createHeldRecords(
  { paths }: EndpointSettings,
  { logger }: EndpointWorld,
  { attribution, recorder, sessions }: Pick<Deciders, 'attribution' | 'recorder' | 'sessions'>,
  owned: DisposableList,
): HeldRecords {
  const held = new HeldRecords({
    file: paths.held,
    logger,
    findRecorded: (ids) => findRecorded(paths.audit, ids),
    identify: (entry) => attribution.identify(entry, () => entry.pid),
    record: (entry) => recorder.record(entry),
  });
  owned.add(sessions.onDidChange(() => held.look()));
  return owned.add(held);
}

/** A window may tell of a session while one listens, and soon after a start for which there was a window. */
function createAttribution(
  { onDemand }: EndpointSettings,
  { processes }: EndpointWorld,
  { sessions, stream }: Pick<Stores, 'stream'> & Pick<Deciders, 'sessions'>,
): Attribution {
  const startedAt = performance.now();
  const isStarting = (): boolean => onDemand && performance.now() - startedAt < registrationMs;
  return new Attribution({
    sessions,
    processes,
    isWindowExpected: () => stream.canApprove || isStarting(),
  });
}

function describeCaller(
  caller: Caller | null,
  processes: ProcessTable,
): Pick<ExecRequest, 'pid' | 'exe' | 'door'> {
  const pid = caller === null ? null : peerOf(caller);
  return { pid, exe: pid === null ? null : processes.executable(pid), door: caller?.door ?? null };
}

function recordIgnored({ ignored, mode }: EndpointSettings, { mode: held, recordIncident }: Stores): void {
  if (ignored === null) return;
  const words = [...(mode === null || mode === held.mode ? [] : [`--mode ${mode}`]), ...ignored];
  if (words.length === 0) return;
  const message = 'not obeyed: the start came from inside the tree that is guarded';
  recordIncident({ what: `start with ${words.join(', ')}`, message, refused: true }, null);
}

function evaluationWorld(
  { policies, temporary }: EndpointSettings,
  { reader, addon, clock, stopwatch, pid }: EndpointWorld,
  counts: CallCounts,
): Deciders['world'] {
  return {
    reader,
    home: policies.home,
    temporary,
    realpath: (path) => resolveLinks(path, (each) => addon.realPath(each)),
    now: () => clock.now(),
    elapsed: () => stopwatch.elapsed(),
    endpoint: pid,
    countCalls: (tool, windowMs) => counts.countWithin(tool, windowMs),
  };
}

/** What is wrong with policy files, and with the log. */
export function problemsOf(
  { policy, audit }: Pick<Stores, 'policy' | 'audit'>,
  auditFolder: string,
): readonly PolicyProblem[] {
  const { problem } = audit;
  if (problem === null) return policy.problems;
  return [...policy.problems, { subject: 'log', file: auditFolder, line: 1, column: 1, message: problem }];
}

function connectStream(services: Stores, auditFolder: string, owned: DisposableList): void {
  const { stream, mode, policy, deciders, audit, recordIncident } = services;
  const tellProblems = (): void => {
    const problems = problemsOf(services, auditFolder);
    stream.publish({ type: 'policy', generation: policy.generation, problems });
  };
  owned.add(policy.onDidChange(tellProblems));
  owned.add(audit.onDidChangeProblem(tellProblems));
  owned.add(
    audit.onDidLose((count) => recordIncident(lossOf('log', count, 'too many waited for the disk'), null)),
  );
  owned.add(mode.onDidChange((state) => stream.publish({ type: 'mode', ...state })));
  owned.add(
    mode.onDidLapse((ended) =>
      recordIncident(
        { what: `mode ${mode.mode}`, message: `the time of ${ended} is over`, refused: false },
        null,
      ),
    ),
  );
  owned.add(deciders.sessions.onDidChange((session) => stream.publish({ type: 'session', session })));
}

function readJournal(
  { paths }: EndpointSettings,
  { logger, platform }: EndpointWorld,
  { audit, askers, deciders, recordIncident }: Stores,
  { lock, owned }: Tenure,
): JournalIntakeWork {
  const isOurs = (): boolean => lock.isInPlace();
  const isHeldUp = (): boolean => audit.isWaiting;
  const from = { paths, platform, logger, isOurs, isHeldUp };
  return takeJournal({ ...from, askers, deciders, recordIncident }, owned);
}

function createLostRecords(
  { paths }: EndpointSettings,
  { logger }: EndpointWorld,
  lock: EndpointLock,
  recordIncident: LostRecordsSettings['recordIncident'],
): LostRecords {
  return new LostRecords({ file: paths.lost, logger, isOurs: () => lock.isInPlace(), recordIncident });
}

function createStateFile(
  { paths }: EndpointSettings,
  { bootId, readBootMoment, logger, createRandom }: EndpointWorld,
  recordIncident: Stores['recordIncident'],
  { lock, owned }: Tenure,
): StateFileWriter {
  return owned.add(
    new StateFileWriter({
      file: paths.state,
      bootId,
      readBootMoment,
      createKey: () => createRandom(16),
      agentPrograms: [...agentPrograms, unnamedTree],
      logger,
      isOurs: () => lock.isInPlace(),
      onRestored: (reason) =>
        recordIncident({ what: 'state file', message: `restored: ${reason}`, refused: false }, null),
    }),
  );
}

/**
 * Makes the name of a tree that nobody named a known one, so that an agent in it gets its own. No program is called so:
 * a path's last component of this name would be an odd one.
 */
const unnamedTree: AgentProgram = { program: 'a guarded tree', agent: defaultAgent };

/** The library reads mode, generation and verdicts from the state file; an endpoint that ends leaves what lasts. */
function keepStateFile(
  file: StateFileWriter,
  { mode, policy, deciders }: Stores,
  owned: DisposableList,
): void {
  const write = (): void => {
    if (!file.write(mode.written, policy.generation)) return;
    deciders.verdicts.clear();
    deciders.programs.clear();
  };
  write();
  owned.add(mode.onDidChange(write));
  owned.add(policy.onDidChange(write));
  owned.add({ dispose: () => file.write(mode.lasting, policy.generation) });
}
