import type { Outcome } from '../client/endpointClient.ts';
import { EndpointClient } from '../client/endpointClient.ts';
import type { ClientFailure } from '../client/httpExchange.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { say } from './command.ts';
import type { CommandContext } from './command.ts';
import { exitStatus } from './exitStatus.ts';

/**
 * Calls the endpoint of a state directory with authority over it, and hands the answer on.
 * Exits 3 when none runs, 4 when it does not do this for the caller, with the endpoint's own reason.
 */
export async function administer<Value>(
  paths: StatePaths,
  context: CommandContext,
  call: (client: EndpointClient) => Outcome<Value>,
  finish: (value: Value, client: EndpointClient) => number | Promise<number>,
): Promise<number> {
  const client = new EndpointClient({ kind: 'socket', path: paths.socket });
  const answer = await call(client);
  if (answer.ok) return finish(answer.value, client);
  say(context, explain(answer.error, paths));
  return statusOf(answer.error);
}

function explain(problem: ClientFailure, paths: StatePaths): string {
  if (problem.code === 'unreachable') return `no endpoint runs in ${paths.directory}`;
  if (problem.code === 'refused') return `the endpoint refuses: ${problem.message}`;
  return problem.code === 'rejected' ? problem.message : `the endpoint is in trouble: ${problem.message}`;
}

function statusOf(problem: ClientFailure): number {
  if (problem.code === 'unreachable') return exitStatus.noEndpoint;
  return problem.code === 'refused' ? exitStatus.refused : exitStatus.failed;
}
