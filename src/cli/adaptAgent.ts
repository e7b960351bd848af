import { applyAdapter, previewAdapter, undoAdapter } from '../client/agents/adaptation.ts';
import type { SettingsChange } from '../client/agents/adaptation.ts';
import { canTryAgents, tryAgent } from '../client/agents/agentCanary.ts';
import { findKnownAgents } from '../client/agents/knownAgents.ts';
import type { KnownAgent } from '../client/agents/knownAgents.ts';
import { EndpointClient } from '../client/endpointClient.ts';
import { installationPlace, installRuntime } from '../client/installation.ts';
import { currentNodeProgram } from '../client/nodeProgram.ts';
import { homeDirectory } from '../system/stateDirectory.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { askPerson } from './askPerson.ts';
import { say } from './command.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import { formatChange } from './formatChange.ts';
import { requirePermission } from './permission.ts';

/** What can be done with the adapter of one agent. */
export type AdapterVerb = 'preview' | 'apply' | 'verify' | 'undo';

/** What a deed is done with. */
export interface AdapterDeed {
  readonly paths: StatePaths;
  readonly context: CommandContext;
  /** Write without asking a person. */
  readonly isAgreed: boolean;
  readonly isJson: boolean;
}

/** Lists the agents that can be set up, for a person or as JSON. */
export function listAgents(paths: StatePaths, context: CommandContext, asJson: boolean): number {
  const agents = knownAgents(paths, context);
  context.output.out(asJson ? formatJson(agents) : formatTable(agents));
  return exitStatus.done;
}

/** Does one thing with the adapter of the agent of a name, its own or its program's. */
export async function adaptAgent(
  verb: AdapterVerb,
  name: string | undefined,
  deed: AdapterDeed,
): Promise<CommandOutcome> {
  const agents = knownAgents(deed.paths, deed.context);
  const agent = agents.find(({ adapter }) => adapter.agent === name || adapter.program === name);
  if (agent !== undefined) return verbs[verb](agent, deed);
  const names = agents.map(({ adapter }) => adapter.agent).join(', ');
  return {
    usage: name === undefined ? `name one agent: ${names}` : `unknown agent \`${name}\`, there are ${names}`,
  };
}

type Verb = (agent: KnownAgent, deed: AdapterDeed) => number | Promise<number>;

const verbs: Readonly<Record<AdapterVerb, Verb>> = { preview, apply, verify, undo };

function knownAgents(paths: StatePaths, { environment }: CommandContext): readonly KnownAgent[] {
  return findKnownAgents(homeDirectory(environment['HOME']) ?? '/', environment, paths);
}

function preview({ adapter, wiring, place }: KnownAgent, deed: AdapterDeed): number {
  const { context } = deed;
  const changes = previewAdapter(adapter, wiring, place);
  if (!changes.ok) return fail(context, changes.error);
  if (changes.value.length === 0) say(context, `${adapter.title} is set up already`);
  tell(deed, changes.value.map(formatChange).join('\n'), documentOf(adapter.agent, changes.value));
  return exitStatus.done;
}

async function apply(agent: KnownAgent, deed: AdapterDeed): Promise<number> {
  const { adapter, wiring, place } = agent;
  const { context } = deed;
  const permission = await requirePermission(deed.paths, context, 'change how agents are guarded');
  if (typeof permission === 'number') return permission;
  const changes = previewAdapter(adapter, wiring, place);
  if (!changes.ok) return fail(context, changes.error);
  if (!deed.isJson) context.output.out(changes.value.map(formatChange).join('\n'));
  const isAsked = changes.value.length > 0 && !deed.isAgreed;
  if (isAsked && !askPerson(`Write this for ${adapter.title}?`, context))
    return fail(context, 'nothing was written');
  const source = { bundleFolder: context.bundleFolder, program: currentNodeProgram() };
  const installed = installRuntime(source, installationPlace(place.home));
  if (!installed.ok) return fail(context, installed.error);
  const applied = applyAdapter(adapter, changes.value, place);
  if (!applied.ok) return fail(context, applied.error);
  say(context, `${adapter.title} is set up; \`rampart adapt undo ${adapter.agent}\` takes it back`);
  await noteSilence(agent, deed);
  return tryIt(agent, deed, changes.value);
}

async function verify(agent: KnownAgent, deed: AdapterDeed): Promise<number> {
  await noteSilence(agent, deed);
  return tryIt(agent, deed, []);
}

/** A hook starts an endpoint, the library does not: without one an agent obeys, and still nothing is refused. */
async function noteSilence({ adapter }: KnownAgent, { paths, context }: AdapterDeed): Promise<void> {
  if (adapter.door === 'hook') return;
  const health = await new EndpointClient({ kind: 'socket', path: paths.socket }).health();
  if (!health.ok)
    say(
      context,
      `no endpoint answers in ${paths.directory}: until one does, what ${adapter.title} starts follows the fail mode; \`rampart serve\` or a window of the editor starts one`,
    );
}

async function tryIt(
  { adapter, wiring, program }: KnownAgent,
  deed: AdapterDeed,
  changes: readonly SettingsChange[],
): Promise<number> {
  const { context } = deed;
  if (program === null)
    return fail(context, `\`${adapter.program}\` is not in PATH, so it could not be tried`);
  if (!canTryAgents(process.platform))
    return fail(
      context,
      'this can be tried on Linux only: elsewhere the library is not in what an agent starts',
    );
  say(context, `trying ${program}: one harmless command, on this machine only`);
  const outcome = await tryAgent({ adapter, wiring, program, environment: context.environment });
  if (!outcome.ok) return fail(context, `${adapter.title} was not seen to be guarded: ${outcome.error}`);
  const document = { ...documentOf(adapter.agent, changes), obeys: true };
  tell(deed, `${adapter.title} obeys: its commands are guarded\n`, document);
  return exitStatus.done;
}

async function undo({ adapter, wiring, place }: KnownAgent, deed: AdapterDeed): Promise<number> {
  const { paths, context } = deed;
  const permission = await requirePermission(paths, context, 'change how agents are guarded');
  if (typeof permission === 'number') return permission;
  const undone = undoAdapter(adapter, wiring, place);
  if (!undone.ok) return fail(context, undone.error);
  tell(deed, undone.value.map(formatChange).join('\n'), documentOf(adapter.agent, undone.value));
  say(context, undone.value.length === 0 ? 'nothing was written for it' : `${adapter.title} is as before`);
  return exitStatus.done;
}

/** Data for a person, or for a script. */
function tell({ context, isJson }: AdapterDeed, text: string, document: object): void {
  context.output.out(isJson ? `${JSON.stringify(document)}\n` : text);
}

function documentOf(agent: string, changes: readonly SettingsChange[]): object {
  return { agent, changes: changes.map((change) => ({ file: change.file, lines: formatChange(change) })) };
}

function fail(context: CommandContext, message: string): number {
  say(context, message);
  return exitStatus.failed;
}

function formatJson(agents: readonly KnownAgent[]): string {
  const rows = agents.map(({ adapter: { agent, title, door }, state, program }) => ({
    agent,
    title,
    door,
    state,
    program,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function formatTable(agents: readonly KnownAgent[]): string {
  if (agents.length === 0) return 'no agent can be set up on this platform\n';
  const words = { absent: 'not set up', applied: 'set up', changed: 'changed since set up' } as const;
  const rows = agents.map(({ adapter, state, program }) =>
    [
      adapter.agent.padEnd(13),
      adapter.door.padEnd(9),
      words[state].padEnd(25),
      program ?? 'not installed',
    ].join(''),
  );
  return `${['agent        door     state                    program', ...rows].join('\n')}\n`;
}
