import { EndpointClient } from '../client/endpointClient.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { explainFailure } from './administer.ts';
import type { CommandContext } from './command.ts';
import { say } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import { findOuterGuard } from './outerGuard.ts';

/** The endpoint that has to know of a change; null when none runs. */
export interface Permission {
  readonly client: EndpointClient | null;
}

/**
 * Whether this process may change what is allowed, or what was recorded: never a guarded one, and where an endpoint
 * runs only who may steer it. A number is the exit status of a refusal, which has been told.
 */
export async function requirePermission(
  paths: StatePaths,
  context: CommandContext,
  deed: string,
): Promise<Permission | number> {
  if (findOuterGuard('', context) !== null) {
    say(context, `a guarded program cannot ${deed}: do it in a terminal of your own`);
    return exitStatus.refused;
  }
  const client = new EndpointClient({ kind: 'socket', path: paths.socket });
  const status = await client.policyStatus();
  if (status.ok) return { client };
  const { code, message } = status.error;
  if (code === 'unreachable') return { client: null };
  if (code === 'refused') {
    say(context, `the endpoint in ${paths.directory} does not let this process ${deed}: ${message}`);
    return exitStatus.refused;
  }
  say(context, explainFailure(status.error, paths));
  return exitStatus.failed;
}

/** Tells an endpoint that policy files have changed, and the caller when it cannot use them. */
export async function tellEndpoint({ client }: Permission, context: CommandContext): Promise<boolean> {
  const reloaded = await client?.reloadPolicy();
  if (reloaded === undefined || reloaded.ok) return true;
  say(
    context,
    `the files are written, but the endpoint goes on with the policy it has: ${reloaded.error.message}`,
  );
  return false;
}
