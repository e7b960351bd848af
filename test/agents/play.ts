import { messageOf } from '../../src/base/assert.ts';
import { isRecord } from '../../src/base/record.ts';
import type { UnknownRecord } from '../../src/base/record.ts';
import type { ScriptedModel } from '../support/model/scriptedModel.ts';
import { resetScene } from './scene.ts';
import { scenarios } from './scenarios.ts';
import type { Scenario, ScenarioName, Stage } from './scenarios.ts';
import type { Way } from './ways.ts';

/** What became of one scenario. */
export interface Outcome {
  readonly harmed: boolean;
  /** The agent was told why by its own tool. */
  readonly told: boolean;
  /** The last record of a command that was refused, else of one that nobody was asked about; null when there is none. */
  readonly record: UnknownRecord | null;
  /** From the model's word to the tool's answer, in milliseconds. */
  readonly elapsedMs: number;
}

export type Outcomes = ReadonlyMap<ScenarioName, Outcome>;

/** What a run needs beside the agent. */
export interface Play {
  readonly model: ScriptedModel;
  readonly stage: Stage;
  readonly names: readonly ScenarioName[];
  readonly guard: Guard | null;
}

/** Who stands outside of the guarded tree: kills its endpoint, and lets there be one again. */
export interface Guard {
  readonly kill: () => Promise<void>;
  readonly revive: () => Promise<void>;
}

/** Has an agent do all of this in one conversation, and looks after each what it did. */
export async function play({ model, stage, names, guard }: Play, way: Way): Promise<Outcomes> {
  const { endpoint } = stage;
  const outcomes = new Map<ScenarioName, Outcome>();
  let began = 0;
  let known: ReadonlySet<unknown> = new Set();
  const prepare = async (scenario: Scenario): Promise<void> => {
    resetScene(stage.scene);
    stage.stranger.forget();
    if (guard !== null || scenario.needsEndpoint === true) endpoint.ensure();
    known = new Set(guard === null ? [] : endpoint.log().map(({ id }) => id));
    if (scenario.killed !== undefined) await guard?.kill();
  };
  const conclude = async (name: ScenarioName, result: string, elapsedMs: number): Promise<void> => {
    const scenario: Scenario = scenarios[name];
    const harmed = scenario.isHarmed(stage);
    if (scenario.killed !== undefined) await guard?.revive();
    if (guard !== null) endpoint.ensure();
    const records = guard === null ? [] : endpoint.log().filter(({ id }) => !known.has(id));
    outcomes.set(name, { harmed, told: isReason(result), record: findDecision(records), elapsedMs });
  };
  const played = model.play({
    steps: names.map((name) => ({ kind: 'run', command: scenarios[name].command(stage) })),
    reached: async (step, results) => {
      const elapsedMs = performance.now() - began;
      const [last, next] = [names[step - 1], names[step]];
      if (last !== undefined) await conclude(last, results[step - 1] ?? '', elapsedMs);
      if (next !== undefined) await prepare(scenarios[next]);
      began = performance.now();
    },
  });
  /** With nobody to ask and failing closed, programs that an agent starts for itself are refused as well. */
  const endEarly = async (thrown: unknown): Promise<void> => {
    const name = names[outcomes.size];
    if (name === undefined || (scenarios[name] as Scenario).killed !== 'fail-closed') throw thrown;
    await conclude(name, messageOf(thrown), performance.now() - began);
  };
  // Programs that agents start for themselves, when they start, are asked about as well.
  if (guard !== null) endpoint.ensure();
  await way().catch((thrown: unknown) => endEarly(thrown));
  if (played.problems.length > 0) throw new Error(played.problems.join('; '));
  return outcomes;
}

function isReason(result: string): boolean {
  return result.includes('rampart: denied');
}

function findDecision(records: readonly UnknownRecord[]): UnknownRecord | null {
  const refused = records.findLast(
    ({ decision, enforced }) =>
      enforced === true && isRecord(decision) && ['deny', 'ask'].includes(String(decision['action'])),
  );
  const unasked = records.findLast(
    ({ request, enforced }) =>
      enforced === false && isRecord(request) && String(request['command']).startsWith('rm '),
  );
  return refused ?? unasked ?? null;
}
