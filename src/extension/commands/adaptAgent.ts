import * as vscode from 'vscode';
import { applyAdapter, previewAdapter, undoAdapter } from '../../client/agents/adaptation.ts';
import type { SettingsChange } from '../../client/agents/adaptation.ts';
import { canTryAgents, tryAgent } from '../../client/agents/agentCanary.ts';
import { findKnownAgents } from '../../client/agents/knownAgents.ts';
import type { KnownAgent } from '../../client/agents/knownAgents.ts';
import { installationPlace, installRuntime } from '../../client/installation.ts';
import { currentNodeProgram } from '../../client/nodeProgram.ts';
import {
  adapterChoice,
  adapterConsents,
  adapterConsentTitle,
  adapterDeeds,
  adapterMessages,
  adapterPickTitle,
  formatCompared,
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
  const choices = agents.map((agent) => adapterChoice(agent, factsOf(agent, parts)));
  const agent = await chooseValue(adapterPickTitle, choices);
  if (agent === null) return;
  const deed = await chooseValue(agent.adapter.title, adapterDeeds(factsOf(agent, parts)));
  if (deed !== null) await deeds[deed](agent, parts);
}

const deeds: Readonly<Record<AdapterDeed, (agent: KnownAgent, parts: CommandParts) => Promise<void>>> = {
  preview,
  apply,
  verify,
  undo: async ({ adapter, wiring, place }, { notices }) => {
    const undone = undoAdapter(adapter, wiring, place);
    if (undone.ok) notices.inform(adapterMessages.undone(adapter.title));
    else notices.warn(adapterMessages.failed(adapter.title, undone.error));
    return Promise.resolve();
  },
};

async function preview(agent: KnownAgent, parts: CommandParts): Promise<void> {
  const changes = await showChanges(agent, parts);
  if (changes?.length === 0) parts.notices.inform(adapterMessages.nothingToPreview(agent.adapter.title));
}

/** Shows each file as it is beside what it would be; null when that cannot be known, which is said. */
async function showChanges(
  { adapter, wiring, place }: KnownAgent,
  { notices, reports }: CommandParts,
): Promise<readonly SettingsChange[] | null> {
  const changes = previewAdapter(adapter, wiring, place);
  if (!changes.ok) {
    notices.warn(adapterMessages.failed(adapter.title, changes.error));
    return null;
  }
  for (const { file, before, after } of changes.value) {
    const left = await reports.write(adapterMessages.beforeTitle(file), formatCompared(file, before));
    const right = await reports.write(adapterMessages.afterTitle(file), formatCompared(file, after));
    const title = adapterMessages.previewTitle(file);
    await vscode.commands.executeCommand('vscode.diff', left, right, title, { preview: false });
  }
  return changes.value;
}

/** Writes what was shown, once a person has agreed to just that. */
async function apply(agent: KnownAgent, parts: CommandParts): Promise<void> {
  const { adapter, place, program } = agent;
  const changes = await showChanges(agent, parts);
  if (changes === null) return;
  const consents = adapterConsents(changes.length);
  if ((await chooseValue(adapterConsentTitle(adapter.title), consents)) !== true) return;
  const source = { bundleFolder: parts.bundleFolder, program: currentNodeProgram() };
  const installed = installRuntime(source, installationPlace(parts.home));
  const applied = installed.ok ? applyAdapter(adapter, changes, place) : installed;
  if (!applied.ok) {
    parts.notices.warn(adapterMessages.failed(adapter.title, applied.error));
    return;
  }
  parts.supervisor.start();
  if (factsOf(agent, parts).canBeTried) await verify(agent, parts);
  else parts.notices.inform(adapterMessages.applied(adapter.title, program));
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

function factsOf({ adapter, state, program }: KnownAgent, { platform }: CommandParts): AdapterFacts {
  const { title, door } = adapter;
  return { title, door, state, program, canBeTried: program !== null && canTryAgents(platform) };
}
