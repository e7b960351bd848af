import type { EndpointClient } from '../../client/endpointClient.ts';
import { administer } from '../administer.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** How long an endpoint may take to end, and how often to look, in milliseconds. */
const endTimeoutMs = 10_000;
const lookIntervalMs = 20;

/** `rampart stop`: ends the endpoint that runs. */
export const stopCommand: Command = {
  name: 'stop',
  summary: 'end the endpoint',
  manual: {
    synopsis: ['[--state-dir D] [--json]'],
    description: [
      'Ends the policy endpoint and waits until it is gone. What guarded terminals start afterwards follows their fail mode until an endpoint runs again.',
    ],
    examples: [{ line: 'rampart stop', text: "End the user's own endpoint." }],
    exits: [
      [exitStatus.done, 'it is gone'],
      [exitStatus.failed, 'it still runs'],
      [exitStatus.noEndpoint, 'none runs'],
      [exitStatus.refused, 'it refuses: a guarded program cannot end it'],
    ],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--json': { kind: 'switch', text: 'print an object: stopped, the pid of the endpoint that was there' },
  },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    let pid: number | null = null;
    return administer(
      paths.value,
      context,
      async (client) => {
        const health = await client.health();
        if (!health.ok) return health;
        pid = health.value.pid;
        return client.shutdown();
      },
      async (_, client) => {
        if (await isGone(client, () => pid === null || !context.processes.isRunning(pid, 0))) {
          if (options.has('--json')) context.output.out(`${JSON.stringify({ stopped: pid })}\n`);
          return exitStatus.done;
        }
        say(context, `the endpoint still runs after ${endTimeoutMs} ms`);
        return exitStatus.failed;
      },
    );
  },
};

/** Whether neither its socket nor its process is left: only then another one can take its place. */
async function isGone(client: EndpointClient, hasEnded: () => boolean): Promise<boolean> {
  const deadline = performance.now() + endTimeoutMs;
  while (performance.now() < deadline) {
    const health = await client.health();
    if (!health.ok && health.error.code === 'unreachable' && hasEnded()) return true;
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }
  return false;
}
