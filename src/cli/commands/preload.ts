import { resolve } from 'node:path';
import type { RootCommand } from '../askAboutRoot.ts';
import { say } from '../command.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { findProgram } from '../findProgram.ts';
import { guardCommand } from '../guardCommand.ts';
import { isGuardable } from '../isGuardable.ts';
import { findPolicyProblems } from '../namedPolicies.ts';
import { readPreloadPlan } from '../preloadPlan.ts';

/** `rampart preload`: runs a command and everything it starts under guard. */
export const preloadCommand: Command = {
  name: 'preload',
  summary: 'run a command, and everything that it starts, under guard',
  help: `Usage: rampart preload [OPTION]... -- COMMAND [ARGUMENT]...

Runs a command with the preload library: every program that it starts, and the
command itself, is asked about first. An endpoint is started if none answers.

  --state-dir D  its state directory (default: RAMPART_URL, else RAMPART_STATE_DIR,
                 else below ~/.rampart/run)
  --url U        the endpoint: unix:///DIRECTORY/endpoint.sock or http://HOST:PORT
  --policy F     a policy file beside the default and the user's own; may be repeated.
                 Only for an endpoint that this command starts
  --mode M       enforce, monitor or disabled, for this command and for an endpoint
                 that it starts; the more lenient of its own and the endpoint's counts
  --fail-open    run what nobody answers about (default, unless RAMPART_FAIL_OPEN is 0)
  --fail-closed  refuse it
  --agent A      the name that the log shows (default: RAMPART_AGENT, else preload)
  --session S    the session that the log shows (default: RAMPART_SESSION, else preload-PID)
  --debug        the library says on standard error what it does

The exit status is the command's own; 126 when it was refused or cannot be run, 127
when it was not found, 125 when rampart itself failed.
`,
  options: {
    '--state-dir': 'value',
    '--url': 'value',
    '--policy': 'list',
    '--mode': 'value',
    '--fail-open': 'switch',
    '--fail-closed': 'switch',
    '--agent': 'value',
    '--session': 'value',
    '--debug': 'switch',
  },
  firstWordEnds: true,
  run: async (options, context) => {
    const [name] = options.words;
    if (name === undefined) return { usage: 'no command given' };
    const plan = readPreloadPlan(options, context);
    if (!plan.ok) return { usage: plan.error };
    const problems = await findPolicyProblems(plan.value.policies);
    if (problems.length > 0) return { usage: problems.join('; ') };
    const path = findProgram(name, context.environment['PATH'], context.cwd);
    if (!path.ok) {
      const isMissing = path.error === 'not-found';
      say(context, `\`${name}\` ${isMissing ? 'was not found' : 'cannot be run: permission denied'}`);
      return isMissing ? exitStatus.notFound : exitStatus.denied;
    }
    const root: RootCommand = {
      argv: context.argumentBytes.slice(-options.words.length),
      path: path.value,
      isGuardable: isGuardable(resolve(context.cwd, path.value)),
    };
    return guardCommand(root, plan.value, context);
  },
};
