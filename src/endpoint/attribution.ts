import {
  agentOfProgram,
  recogniseEnvironment,
  recogniseHost,
  recogniseMarkers,
  someAgent,
} from '../protocol/agentRegistry.ts';
import { defaultAgent, extensionsAgent } from '../protocol/environment.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Actor } from '../protocol/session.ts';
import type { ProcessStat, ProcessTable } from '../system/processTable.ts';
import { registrationMs, type KnownSession, type SessionStore } from './sessions.ts';

/** How long after a session became dormant a library may still ask that has not read so, in milliseconds. */
const dormancyLagMs = 3_000;

/** How many processes above an asker are looked at. */
const maxAncestors = 64;

/** How long, in milliseconds, and of how many the agent is remembered that markers tell of. */
const rememberedMs = 2_000;
const maxRemembered = 256;

/** What is looked at of an asker. */
export type AskerFacts = Pick<
  ExecRequest,
  'agent' | 'session' | 'markers' | 'exe' | 'pid' | 'ppid' | 'sid' | 'door'
>;

/** Who asks. */
export interface Asker {
  /** Null while it is not known whose the session is: then nobody is bothered, and the record waits. */
  readonly actor: Actor | null;
  /** The agent's name, `preload` where there is none. */
  readonly agent: string;
  /** Whether it is anybody's business what is started. */
  readonly isWatched: boolean;
}

/** What is needed to tell askers apart. */
export interface AttributionSettings {
  readonly sessions: SessionStore;
  readonly processes: ProcessTable;
  /** Whether a window may still tell of a session that is not known. */
  readonly isWindowExpected: () => boolean;
}

/** What the environment of a process says about it. */
type Evidence =
  | { readonly kind: 'agent'; readonly agent: string }
  /** It is in a tree that `rampart preload` began. */
  | { readonly kind: 'preload' }
  | { readonly kind: 'unreadable' };

/** What the ancestors of a process say about it. */
type Lineage =
  | Exclude<Evidence, { kind: 'unreadable' }>
  /** It descends from the leader of its session, and nothing else was found on the way. */
  | { readonly kind: 'leader' }
  | { readonly kind: 'lost' }
  /** It has ended, and so has whoever started it: it is read of in the journal. */
  | { readonly kind: 'ended' };

/**
 * Tells who asks: an agent, by what it is called, its marks, its program or its ancestors; else whoever the session
 * belongs to. Whatever cannot be read speaks against leaving anybody alone.
 */
export class Attribution {
  readonly #settings: AttributionSettings;
  /** Agents by session and markers: an agent that works asks many times. */
  readonly #recognised = new ShortMemory<string | null>();
  /** Whether an agent runs in a session. */
  readonly #inhabited = new ShortMemory<boolean>();

  constructor(settings: AttributionSettings) {
    this.#settings = settings;
  }

  /** Who asks; `peer` is the process that the kernel names as the asker, null where it names none. */
  identify(facts: AskerFacts, peer: () => number | null): Asker {
    const { sessions } = this.#settings;
    const { sid } = facts;
    const hasSession = sid !== null && sid > 1;
    const agent = this.#agentOf(facts);
    if (agent !== null) {
      if (hasSession) sessions.noteAgent(sid, agent);
      return agentAsker(agent);
    }
    return hasSession ? this.#identifyBySession(sid, facts, peer) : watched('automation', facts);
  }

  /** A session of which no window tells goes by the one that it was started from, also before anything is asked in it. */
  place(facts: AskerFacts): void {
    const { sessions, processes } = this.#settings;
    const { sid } = facts;
    const session = sid !== null && sid > 1 ? sessions.find(sid) : null;
    if (session?.actor !== null) return;
    const found = this.#findParent(session.pid, processes.stat(session.pid), facts);
    if (found !== null) sessions.settle(session.pid, found);
  }

  #identifyBySession(sid: number, facts: AskerFacts, peer: () => number | null): Asker {
    const session = this.#settle(this.#settings.sessions.meet(sid), facts);
    const { actor, isDormant, hadAgent } = session;
    if (facts.door === 'preload') return watched(actor ?? 'automation', facts);
    if (actor !== null && !isDormant && !hadAgent) return watched(actor, facts);
    // Whoever asks from a sandbox counts its sessions anew: its number may be that of another session here.
    if (peer() !== facts.pid) return watched(actor ?? 'automation', facts);
    return actor === null
      ? { actor, agent: facts.agent, isWatched: true }
      : this.#identifyByAncestors(session, actor, facts);
  }

  /** In a session that is left alone, or in which an agent was: who of the two asks. */
  #identifyByAncestors(session: KnownSession, actor: Actor, facts: AskerFacts): Asker {
    const { sessions } = this.#settings;
    const { dormantSince, hadAgent, isDormant } = session;
    const lineage = this.#lineageOf(facts, session.pid);
    if (lineage.kind === 'agent') {
      sessions.noteAgent(session.pid, lineage.agent);
      return agentAsker(lineage.agent);
    }
    // What an agent left behind has lost its ancestors; what has ended is an agent's as long as one is there.
    const isLeftBehind = lineage.kind === 'lost' || (lineage.kind === 'ended' && this.#hasAgent(session.pid));
    if (isLeftBehind && hadAgent) return agentAsker(someAgent);
    // A library that knows the session to be dormant asks where it has reason to.
    const isInSpite = dormantSince !== null && performance.now() - dormantSince > dormancyLagMs;
    const isForeign = facts.markers.length === 0 && isInSpite;
    const isWatched = !isDormant || lineage.kind === 'preload' || isForeign;
    return { actor, agent: facts.agent, isWatched };
  }

  /** The agent that an asker says it is, or starts; null where nothing hints at one. */
  #agentOf(facts: AskerFacts): string | null {
    const { agent } = facts;
    if (agent === extensionsAgent) return this.#recognise(facts) ?? this.#agentAbove(facts) ?? agent;
    return agent !== '' && agent !== defaultAgent ? agent : this.#recognise(facts);
  }

  #recognise({ markers, exe, pid, ppid, sid }: AskerFacts): string | null {
    const program = agentOfProgram(exe);
    if (program !== null) return program;
    if (markers.length === 0) return null;
    const values = (name: string): string | null => this.#valueOf(name, pid) ?? this.#valueOf(name, ppid);
    // A value of this one may say that there is no agent, so it is read each time.
    if (markers.includes('AGENT')) return recogniseMarkers(markers, values);
    return this.#recognised.get(`${sid} ${markers.join(' ')}`, () => recogniseMarkers(markers, values));
  }

  /** The agent that an extension started itself, or in whose own host it runs: that stands above the asker. */
  #agentAbove({ pid }: AskerFacts): string | null {
    const { processes } = this.#settings;
    for (const ancestor of this.#ancestors(pid)) {
      const agent = agentOfProgram(processes.executable(ancestor.pid) ?? '');
      if (agent !== null) return agent;
    }
    const environment = pid === null ? null : processes.environment(pid);
    return environment === null ? null : recogniseHost(variablesIn(environment));
  }

  #valueOf(name: string, pid: number | null): string | null {
    const environment = pid === null ? null : this.#settings.processes.environment(pid);
    return environment === null ? null : valueIn(environment, name);
  }

  /** Finds out about a session that no window registered: it is like the one that it was started from. */
  #settle(session: KnownSession, facts: AskerFacts): KnownSession {
    if (session.actor !== null) return session;
    const { sessions, processes, isWindowExpected } = this.#settings;
    const leader = processes.stat(session.pid);
    const found = this.#findParent(session.pid, leader, facts);
    if (found !== null) return sessions.settle(session.pid, found);
    if (facts.door === 'preload') {
      const isTyped = (leader?.terminal ?? 0) !== 0;
      return sessions.settle(session.pid, { actor: isTyped ? 'person' : 'automation' });
    }
    const mayCome = isWindowExpected() && performance.now() - session.since < registrationMs;
    return mayCome ? session : sessions.settle(session.pid, { actor: 'automation' });
  }

  #findParent(
    sid: number,
    leader: ProcessStat | null,
    { pid, session }: AskerFacts,
  ): { readonly actor: Actor } | { readonly parent: number } | null {
    const { sessions } = this.#settings;
    let isAgents = false;
    for (const ancestor of this.#ancestors(leader?.pid ?? pid)) {
      isAgents ||= this.#evidenceIn(ancestor.pid)?.kind === 'agent';
      const known = ancestor.session === sid ? null : sessions.find(ancestor.session);
      if (known !== null && known.actor !== null)
        return isAgents ? { actor: 'agent' } : { parent: known.pid };
    }
    const origin = this.#originOf(session);
    return origin === null || origin.pid === sid ? null : { parent: origin.pid };
  }

  /** A server of terminals has left those who started it; the name of its session stayed. */
  #originOf(session: string): KnownSession | null {
    const [, pid] = /^preload-(\d+)$/.exec(session) ?? [];
    const origin = pid === undefined ? null : this.#settings.sessions.find(Number(pid));
    return origin === null || origin.actor === null || origin.hadAgent ? null : origin;
  }

  #lineageOf({ pid, ppid }: AskerFacts, sid: number): Lineage {
    const { processes } = this.#settings;
    const first = [pid, ppid].find((one) => one !== null && processes.stat(one) !== null) ?? null;
    if (first === null) return { kind: 'ended' };
    for (const ancestor of this.#ancestors(first)) {
      const evidence = this.#evidenceIn(ancestor.pid);
      if (evidence?.kind === 'unreadable') break;
      if (evidence !== null) return evidence;
      if (ancestor.pid === sid) return { kind: 'leader' };
    }
    return { kind: 'lost' };
  }

  /** Whether an agent runs in a session now. */
  #hasAgent(sid: number): boolean {
    const { processes } = this.#settings;
    const isAgents = (pid: number): boolean =>
      processes.stat(pid)?.session === sid && this.#evidenceIn(pid)?.kind === 'agent';
    return this.#inhabited.get(String(sid), () => (processes.all() ?? []).some(isAgents));
  }

  /** A process and those above it. */
  *#ancestors(pid: number | null): Generator<ProcessStat> {
    const { processes } = this.#settings;
    let current = pid === null ? null : processes.stat(pid);
    for (let step = 0; current !== null && step < maxAncestors; step += 1) {
      yield current;
      current = current.ppid > 1 ? processes.stat(current.ppid) : null;
    }
  }

  /** What the environment of a process says about it; null when it says nothing. */
  #evidenceIn(pid: number): Evidence | null {
    const environment = this.#settings.processes.environment(pid);
    if (environment === null) return { kind: 'unreadable' };
    const name = valueIn(environment, 'RAMPART_AGENT') ?? '';
    if (name !== '' && name !== defaultAgent) return { kind: 'agent', agent: name };
    const agent = recogniseEnvironment(variablesIn(environment));
    if (agent !== null) return { kind: 'agent', agent };
    return name === defaultAgent ? { kind: 'preload' } : null;
  }
}

/** Remembers what was found out under a key for a moment. */
class ShortMemory<Value> {
  #values = new Map<string, Value>();
  #until = 0;

  get(key: string, find: () => Value): Value {
    const now = performance.now();
    if (now > this.#until || this.#values.size > maxRemembered) {
      this.#values = new Map();
      this.#until = now + rememberedMs;
    }
    if (!this.#values.has(key)) this.#values.set(key, find());
    return this.#values.get(key) ?? find();
  }
}

function agentAsker(agent: string): Asker {
  return { actor: 'agent', agent, isWatched: true };
}

function watched(actor: Actor, { agent }: AskerFacts): Asker {
  return { actor, agent, isWatched: true };
}

function valueIn(environment: readonly string[], name: string): string | null {
  const entry = environment.find((line) => line.startsWith(`${name}=`));
  return entry?.slice(name.length + 1) ?? null;
}

function variablesIn(environment: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(environment.map(splitAssignment));
}

function splitAssignment(entry: string): [name: string, value: string] {
  const equals = entry.indexOf('=');
  return equals === -1 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}
