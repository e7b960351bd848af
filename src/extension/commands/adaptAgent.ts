import * as vscode from 'vscode';
import { applyAdapter, previewAdapter, undoAdapter } from '../../client/agents/adaptation.ts';
import { tryAgent } from '../../client/agents/agentCanary.ts';
import { findKnownAgents } from '../../client/agents/knownAgents.ts';
import type { KnownAgent } from '../../client/agents/knownAgents.ts';
import { installationPlace, installRuntime } from '../../client/installation.ts';
import { currentNodeProgram } from '../../client/nodeProgram.ts';
import {
  adapterChoice,
  adapterDeeds,
  adapterMessages,
  adapterPickTitle,
  noAdaptersText,
} from '../../presentation/adapterText.ts';
import type { AdapterDeed, AdapterFacts } from '../../presentation/adapterText.ts';
import { chooseValue } from './chooseValue.ts';
import type { CommandParts } from './commandParts.ts';

/** Asks for an agent and what to do with it. Nothing is written before a person has chosen just that. */
export async function adaptAgent(parts: CommandParts): Promise<void> {
  const agents = findKnownAgents(parts.home, parts.environment, parts.paths);
  if (agents.length === 0) {
    parts.notices.inform(noAdaptersText);
    return;
  }
  const choices = agents.map((agent) => adapterChoice(agent, factsOf(agent)));
  const agent = await chooseValue(adapterPickTitle, choices);
  if (agent === null) return;
  const deed = await chooseValue(agent.adapter.title, adapterDeeds(factsOf(agent)));
  if (deed !== null) await deeds[deed](agent, parts);
}

const deeds: Readonly<Record<AdapterDeed, (agent: KnownAgent, parts: CommandParts) => Promise<void>>> = {
  preview: showPreview,
  apply,
  verify,
  undo: async ({ adapter, wiring, place }, { notices }) => {
    const undone = undoAdapter(adapter, wiring, place);
    if (undone.ok) notices.inform(adapterMessages.undone(adapter.title));
    else notices.warn(adapterMessages.failed(adapter.title, undone.error));
    return Promise.resolve();
  },
};

/** Shows each file as it is beside what it would be. */
async function showPreview(
  { adapter, wiring, place }: KnownAgent,
  { notices, reports }: CommandParts,
): Promise<void> {
  const changes = previewAdapter(adapter, wiring, place);
  if (!changes.ok) {
    notices.warn(adapterMessages.failed(adapter.title, changes.error));
    return;
  }
  if (changes.value.length === 0) notices.inform(adapterMessages.nothingToPreview(adapter.title));
  for (const { file, before, after } of changes.value) {
    const left = reports.write(adapterMessages.beforeTitle(file), before);
    const right = reports.write(adapterMessages.afterTitle(file), after);
    const title = adapterMessages.previewTitle(file);
    await vscode.commands.executeCommand('vscode.diff', left, right, title, { preview: false });
  }
}

async function apply(agent: KnownAgent, parts: CommandParts): Promise<void> {
  const { adapter, wiring, place, program } = agent;
  const changes = previewAdapter(adapter, wiring, place);
  const installed = installRuntime(
    { bundleFolder: parts.bundleFolder, program: currentNodeProgram() },
    installationPlace(parts.home),
  );
  const applied = changes.ok && installed.ok ? applyAdapter(adapter, changes.value, place) : null;
  const problem = [changes, installed, applied].find((outcome) => outcome?.ok === false);
  if (problem?.ok === false) {
    parts.notices.warn(adapterMessages.failed(adapter.title, problem.error));
    return;
  }
  parts.supervisor.start();
  if (program === null) parts.notices.inform(adapterMessages.applied(adapter.title));
  else await verify(agent, parts);
}

async function verify({ adapter, wiring, program }: KnownAgent, parts: CommandParts): Promise<void> {
  if (program === null) return;
  const { environment, notices } = parts;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: adapterMessages.trying(adapter.title),
  };
  const outcome = await vscode.window.withProgress(options, () =>
    tryAgent({ adapter, wiring, program, environment }),
  );
  if (outcome.ok) notices.inform(adapterMessages.obeys(adapter.title));
  else notices.warn(adapterMessages.notSeen(adapter.title, outcome.error));
}

function factsOf({ adapter: { title, door }, state, program }: KnownAgent): AdapterFacts {
  return { title, door, state, program };
}
