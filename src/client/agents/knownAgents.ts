import { installationPlace } from '../installation.ts';
import type { Environment } from '../preloadEnvironment.ts';
import { findProgram } from '../../system/findProgram.ts';
import type { StatePaths } from '../../system/stateDirectory.ts';
import { adapterState } from './adaptation.ts';
import type { AdapterState, AgentPlace } from './adaptation.ts';
import { agentAdapters } from './agentAdapters.ts';
import type { AgentAdapter } from './agentAdapters.ts';
import type { AgentWiring } from './settingsEdit.ts';
import { wireAgent } from './wireAgent.ts';

/** An agent on this machine, and what it is or would be told. */
export interface KnownAgent {
  readonly adapter: AgentAdapter;
  readonly wiring: AgentWiring;
  readonly place: AgentPlace;
  /** Its program in PATH; null when it is not there. */
  readonly program: string | null;
  readonly state: AdapterState;
}

/** The agents that can be told on this machine, and what they are told now. */
export function findKnownAgents(
  home: string,
  environment: Environment,
  paths: StatePaths,
): readonly KnownAgent[] {
  const machine = installationPlace(home);
  const place = { home, environment };
  return agentAdapters(machine.platform).map((adapter) => {
    const wiring = wireAgent(adapter, machine, paths);
    const program = findProgram(adapter.program, environment['PATH'], home);
    return {
      adapter,
      wiring,
      place,
      program: program.ok ? program.value : null,
      state: adapterState(adapter, wiring, place),
    };
  });
}
