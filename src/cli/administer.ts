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
  say(context, explainFailure(answer.error, paths));
  return statusOf(answer.error);
}

/** Why an endpoint did not answer as it should, and what can be done about it. */
export function explainFailure({ code, message }: ClientFailure, { directory, log }: StatePaths): string {
  switch (code) {
    case 'unreachable':
      return `no endpoint runs in ${directory} (the editor, \`rampart preload\` and \`rampart serve\` start one)`;
    case 'refused':
      return `the endpoint refuses: ${message}`;
    case 'rejected':
      return message;
    case 'malformed':
      return `what answers in ${directory} is no endpoint that this command knows: ${message}`;
    case 'timeout':
    case 'unavailable':
      return `the endpoint in ${directory} is in trouble: ${message}; ${log} may say why, \`rampart stop\` ends it`;
  }
}

function statusOf(problem: ClientFailure): number {
  if (problem.code === 'unreachable') return exitStatus.noEndpoint;
  return problem.code === 'refused' ? exitStatus.refused : exitStatus.failed;
}
