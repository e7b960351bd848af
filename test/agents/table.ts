import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startHost } from '../host/host.mjs';
import type { Host } from '../host/host.mjs';
import { findRepository } from '../support/findRepository.mjs';
import { ScriptedModel } from '../support/model/scriptedModel.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { agents } from './agents.ts';
import type { Agent, AgentName } from './agents.ts';
import { Endpoint } from './endpoint.ts';
import { play } from './play.ts';
import type { Guard, Outcome, Outcomes } from './play.ts';
import { createScene, resetScene } from './scene.ts';
import { scenarios } from './scenarios.ts';
import type { Scenario, ScenarioName, Stage } from './scenarios.ts';
import { startStranger } from './stranger.ts';
import type { Stranger } from './stranger.ts';
import { agentEnvironment, preloadWords, runDirectly, runInTerminal } from './ways.ts';
import type { Place } from './ways.ts';

/** How agents are guarded. */
export const guardedWays = ['preload', 'terminal'] as const;

/** What one agent did: unguarded, and in each way of guarding it. */
export type AgentOutcomes = Readonly<Record<'unguarded' | (typeof guardedWays)[number], Outcomes>>;

/** The window, the model and the strangers are there for all agents of a run. */
interface Surroundings {
  readonly model: ScriptedModel;
  readonly stranger: Stranger;
  readonly host: Host;
}

/** Where a scene is. */
type Folders = Readonly<Record<'folder' | 'home' | 'workspace', string>>;

const setUpMs = 10 * 60_000;
const agentMs = 45 * 60_000;

/** Tests that these agents cannot do these kinds of harm where they are guarded; `report` gets what was seen. */
export function testAgents(
  agentNames: readonly AgentName[],
  names: readonly ScenarioName[],
  report: (outcomes: ReadonlyMap<AgentName, AgentOutcomes>) => Promise<void> = () => Promise.resolve(),
): void {
  const seen = new Map<AgentName, AgentOutcomes>();
  let surroundings: Surroundings | null = null;
  before(async () => (surroundings = await surround(agentNames)), { timeout: setUpMs });
  after(async () => {
    if (surroundings !== null) await leave(surroundings);
    if (seen.size === agentNames.length) await report(seen);
  });
  for (const name of agentNames) {
    const agent: Agent = agents[name];
    describe(agent.title, () => {
      let endpoint: Endpoint | null = null;
      const folder = temporaryFolder({ after: (end) => after(end as () => Promise<void>) }, async () =>
        endpoint?.kill(),
      );
      const [home, workspace] = [join(folder, 'h'), join(folder, 'w')];
      for (const each of [home, workspace]) mkdirSync(each);
      endpoint = new Endpoint(home);
      before(
        async () => {
          assert.ok(surroundings !== null, 'the window did not open');
          seen.set(name, await runAgent(agent, names, surroundings, { folder, home, workspace }));
        },
        { timeout: agentMs },
      );
      for (const scenario of names) testScenario(agent, scenario, () => seen.get(name)!);
    });
  }
}

function testScenario(agent: Agent, name: ScenarioName, outcomes: () => AgentOutcomes): void {
  const scenario: Scenario = scenarios[name];
  const outcome = (way: keyof AgentOutcomes): Outcome => {
    const found = outcomes()[way].get(name);
    assert.ok(found, `the agent never came so far`);
    return found;
  };
  it(`unguarded, it does harm: ${scenario.title}`, () => assert.ok(outcome('unguarded').harmed));
  for (const way of guardedWays)
    it(`${waysInWords[way]} ${expectation(scenario)}: ${scenario.title}`, () => {
      const { harmed, told, record } = outcome(way);
      assert.deepEqual(
        { harmed, told, agent: record?.['agent'] ?? null, enforced: record?.['enforced'] ?? null },
        expected(agent, scenario),
      );
    });
}

const waysInWords = { preload: 'through `rampart preload`', terminal: 'in a guarded terminal' };

function expectation({ killed }: Scenario): string {
  if (killed === 'fail-open') return 'it is recorded';
  return killed === 'fail-closed'
    ? 'it is prevented, and the agent is told why'
    : 'it is prevented, told and recorded';
}

/** Where nobody was there to be asked, nobody was there to write down what was refused. */
function expected({ loggedAs }: Agent, { killed }: Scenario): Record<string, unknown> {
  if (killed === 'fail-open') return { harmed: true, told: false, agent: loggedAs, enforced: false };
  if (killed === 'fail-closed') return { harmed: false, told: true, agent: null, enforced: null };
  return { harmed: false, told: true, agent: loggedAs, enforced: true };
}

async function surround(agentNames: readonly AgentName[]): Promise<Surroundings> {
  const [model, stranger] = [await ScriptedModel.start(), await startStranger()];
  const host = await startHost({
    vsix: [join(findRepository(), `rampart-${process.platform}-${process.arch}.vsix`)],
    settings: { 'rampart.guard.enabled': true },
    environment: agentEnvironment(
      agentNames.map((name) => agents[name]),
      model.origin,
    ),
  });
  const surroundings = { model, stranger, host };
  // What is left running would keep this process from ending.
  await openTerminal(surroundings).catch(async (thrown: unknown) => {
    await leave(surroundings);
    throw thrown;
  });
  return surroundings;
}

async function openTerminal({ host, stranger }: Surroundings): Promise<void> {
  resetScene(createScene(host.folder, host.home, host.workspace, stranger.origin));
  await host.open();
  // Longer than `statusItem` waits: nothing else here would notice a machine that is busy with other things.
  const state = host.page.locator('.part.statusbar .statusbar-item', { hasText: /Rampart: enforce/ });
  await state.first().waitFor({ timeout: setUpMs });
  await host.runCommand('Terminal: Create New Terminal');
}

async function leave({ host, model, stranger }: Surroundings): Promise<void> {
  await host.stop();
  await model.stop();
  stranger.stop();
}

async function runAgent(
  agent: Agent,
  names: readonly ScenarioName[],
  surroundings: Surroundings,
  own: Folders,
): Promise<AgentOutcomes> {
  const { model, host } = surroundings;
  const { stage, place } = enter(own, surroundings);
  const { endpoint } = stage;
  const guard: Guard = { kill: () => endpoint.kill(), revive: () => Promise.resolve() };
  const unguarded = await play({ model, stage, names, guard: null }, runDirectly(agent, place));
  await endpoint.kill();
  const preload = await playInParts(names, (part, killed) => {
    const front = preloadWords(...(killed === undefined ? [] : [`--${killed}`]));
    return play({ model, stage, guard, names: part }, runDirectly(agent, place, front));
  });
  await endpoint.kill();
  const there = enter(host, surroundings);
  const window = guardOfWindow(host, there.stage.endpoint);
  const terminal = await playInParts(names, (part, killed) => {
    const front = killed === 'fail-closed' ? 'RAMPART_FAIL_OPEN=0 ' : '';
    const way = runInTerminal(agent, host, there.place, front);
    return play({ model, stage: there.stage, guard: window, names: part }, way);
  });
  return { unguarded, preload, terminal };
}

/** What holds when nobody answers is said when a tree begins, so those scenarios are conversations of their own. */
async function playInParts(
  names: readonly ScenarioName[],
  playPart: (part: readonly ScenarioName[], killed: Scenario['killed']) => Promise<Outcomes>,
): Promise<Outcomes> {
  const outcomes: [ScenarioName, Outcome][] = [];
  for (const killed of [undefined, 'fail-closed', 'fail-open'] as const) {
    const part = names.filter((name) => (scenarios[name] as Scenario).killed === killed);
    if (part.length > 0) outcomes.push(...(await playPart(part, killed)));
  }
  return new Map(outcomes);
}

function enter(
  { folder, home, workspace }: Folders,
  { stranger, model }: Surroundings,
): { readonly stage: Stage; readonly place: Place } {
  const scene = createScene(folder, home, workspace, stranger.origin);
  const stage = { scene, stranger, endpoint: new Endpoint(home) };
  return { stage, place: { home, workspace, model: model.origin } };
}

/** A window starts an endpoint again at once; one whose extension host is stopped does not. */
function guardOfWindow(host: Host, endpoint: Endpoint): Guard {
  const signal = (name: NodeJS.Signals): void => {
    const extensionHost = host.extensionHosts().at(-1);
    assert.ok(extensionHost !== undefined);
    process.kill(extensionHost, name);
  };
  return {
    kill: async () => {
      signal('SIGSTOP');
      await endpoint.kill();
    },
    revive: async () => {
      signal('SIGCONT');
      await endpoint.answers();
    },
  };
}
