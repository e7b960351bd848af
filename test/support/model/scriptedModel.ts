import { messageOf } from '../../../src/base/assert.ts';
import type { ModelReply, ModelTurn } from '../../../src/client/agents/modelDialects.ts';
import { serveModel } from '../../../src/client/agents/scriptedModel.ts';
import type { ModelServer } from '../../../src/client/agents/scriptedModel.ts';
import { chooseCall } from './step.ts';
import type { Step } from './step.ts';

/** What one agent is to do. */
export interface Script {
  readonly steps: readonly Step[];
  /**
   * Called once for every step before the agent hears of it, and with the number of steps at the end: so that the
   * world is looked at, and changed, between steps. `results` is what the tools gave back so far, one for each step.
   */
  readonly reached?: (step: number, results: readonly string[]) => Promise<void>;
}

/** What became of a script. */
export interface Played {
  /** What each step's tool gave back to the agent, so far. */
  results: readonly string[];
  /** What went wrong in the model itself. */
  readonly problems: string[];
}

/**
 * A model on loopback that has real coding agents do what a script says, step by step: no account, no network, and
 * the same every time. It speaks the interfaces of four vendors. One agent at a time.
 */
export class ScriptedModel {
  #server: ModelServer | null = null;
  #script: Script = { steps: [] };
  #played: Played = { results: [], problems: [] };
  /** For every step that was reached, when the world is ready for it. */
  #ready: Promise<void>[] = [];

  static async start(): Promise<ScriptedModel> {
    const model = new ScriptedModel();
    model.#server = await serveModel((turn) => model.#decide(turn));
    return model;
  }

  /** `http://127.0.0.1:PORT`. */
  get origin(): string {
    return `http://127.0.0.1:${String(this.#server?.port)}`;
  }

  /** Has the next agent do this; what comes of it is written into the value that this gives back. */
  play(script: Script): Played {
    this.#script = script;
    this.#ready = [];
    this.#played = { results: [], problems: [] };
    return this.#played;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  async #decide(turn: ModelTurn): Promise<ModelReply> {
    try {
      return await this.#next(turn);
    } catch (thrown) {
      this.#played.problems.push(messageOf(thrown));
      throw thrown;
    }
  }

  /** The step behind those whose results are there; agents also ask for titles and the like, without tools. */
  async #next({ tools, results }: ModelTurn): Promise<ModelReply> {
    const { steps, reached } = this.#script;
    const step = results.length;
    if (step < this.#played.results.length || tools.length === 0) return null;
    this.#played.results = results;
    this.#ready[step] ??= reached?.(step, results) ?? Promise.resolve();
    await this.#ready[step];
    const next = steps[step];
    if (next === undefined) return null;
    const call = chooseCall(next, tools);
    if (call === null) throw new Error(`the agent offers no tool for a step, only ${tools.join(' ')}`);
    return call;
  }
}
