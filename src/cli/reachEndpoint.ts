import { join } from 'node:path';
import { success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { ensureEndpoint } from '../client/endpointProcess.ts';
import { EndpointClient } from '../client/endpointClient.ts';
import type { RunningEndpoint } from '../client/endpointProcess.ts';
import { currentNodeProgram } from '../client/nodeProgram.ts';
import type { Health } from '../protocol/health.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import type { CommandContext } from './command.ts';
import { say } from './command.ts';
import { starterWords } from './findStarter.ts';
import type { OuterGuard } from './outerGuard.ts';
import type { PreloadPlan } from './preloadPlan.ts';

/**
 * The endpoint that the plan names; one is started where it can be. Options that have no effect on it are named:
 * one that was there keeps its own, and a guarded program cannot choose those of its guard.
 * A failure says why none answers.
 */
export async function reachEndpoint(
  plan: PreloadPlan,
  outer: OuterGuard | null,
  context: CommandContext,
): Promise<Result<EndpointClient, string>> {
  const token = context.environment['RAMPART_TOKEN'] ?? '';
  const client = new EndpointClient(plan.target.address, token === '' ? null : token);
  const { paths } = plan.target;
  if (paths === null) {
    tellUnused(plan, 'this command starts no endpoint there', context);
    return success(client);
  }
  const isOwnGuard = outer?.isSame === true;
  const running = await startEndpoint(plan, isOwnGuard, { paths, context });
  if (!running.ok) return running;
  const { health, started } = running.value;
  if (isOwnGuard) tellUnused(plan, 'this shell is guarded by that endpoint', context);
  else if (!started) tellUnused(plan, `an endpoint was running already (${describe(health)})`, context);
  return success(client);
}

function startEndpoint(
  plan: PreloadPlan,
  isOwnGuard: boolean,
  { paths, context }: { readonly paths: StatePaths; readonly context: CommandContext },
): Promise<Result<RunningEndpoint, string>> {
  const chosen = [
    ...plan.policies.flatMap((file) => ['--policy', file]),
    ...(plan.givenMode === undefined ? [] : ['--mode', plan.givenMode]),
  ];
  return ensureEndpoint({
    program: currentNodeProgram(),
    bundle: join(context.bundleFolder, 'endpoint.js'),
    version: context.version,
    paths,
    arguments: [...starterWords(process.pid, context.processes), ...(isOwnGuard ? [] : chosen)],
    environment: context.environment,
  });
}

function describe({ pid, mode }: Health): string {
  return pid === null ? `mode ${mode}` : `pid ${pid}, mode ${mode}`;
}

function tellUnused(plan: PreloadPlan, reason: string, context: CommandContext): void {
  if (plan.policies.length > 0) say(context, `${reason}: \`--policy\` does not apply to it`);
  if (plan.givenMode !== undefined) {
    say(context, `${reason}: \`--mode ${plan.givenMode}\` does not apply to it, only to this command`);
  }
}
