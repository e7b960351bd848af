import { resolve } from 'node:path';
import { modes } from '../../protocol/mode.ts';
import type { RootCommand } from '../askAboutRoot.ts';
import { say } from '../command.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { findProgram } from '../../system/findProgram.ts';
import { guardCommand } from '../guardCommand.ts';
import { isGuardable } from '../../system/isGuardable.ts';
import { findPolicyProblems } from '../namedPolicies.ts';
import { readPreloadPlan } from '../preloadPlan.ts';

/** `rampart preload`: runs a command and everything it starts under guard. */
export const preloadCommand: Command = {
  name: 'preload',
  summary: 'run a command, and everything that it starts, under guard',
  manual: {
    synopsis: ['[OPTION]… -- COMMAND [ARGUMENT]…'],
    description: [
      'Runs a command with the preload library: every program that it starts, and the command itself, is asked about first. An endpoint is started if none answers. Terminal, signals and exit status are those of the command. On Linux what the caller ignores (`nohup`, a background job of a script) is ignored in it, too.',
    ],
    examples: [
      { line: 'rampart preload -- make test', text: 'Guard one command and all that it starts.' },
      { line: 'rampart preload --mode monitor -- ./risky.sh', text: 'Only record what it does.' },
      {
        line: 'rampart preload --fail-closed -- bash -c "make && make test"',
        text: 'Run nothing that nobody answers about.',
      },
    ],
    exits: [
      [exitStatus.ownFailure, 'rampart itself failed'],
      [exitStatus.denied, 'the command was refused, or cannot be run'],
      [exitStatus.notFound, 'the command was not found; any other status is its own'],
    ],
    files: [
      ['~/.rampart/lib', 'the preload library'],
      ['D', 'the state directory; docs/protocol.md, section 1'],
    ],
  },
  options: {
    '--state-dir': {
      kind: 'value',
      value: 'D',
      isPath: true,
      text: 'the state directory of the endpoint (default: RAMPART_URL, else RAMPART_STATE_DIR, else one below ~/.rampart/run)',
    },
    '--url': {
      kind: 'value',
      value: 'U',
      text: 'the endpoint: unix:///DIRECTORY/endpoint.sock or http://HOST:PORT',
    },
    '--policy': {
      kind: 'list',
      value: 'F',
      isPath: true,
      text: "a policy file beside the default and the user's own; may be repeated; only for an endpoint that this command starts",
    },
    '--mode': {
      kind: 'value',
      value: 'M',
      text: "the mode of this command and of an endpoint that it starts; the more lenient of its own and the endpoint's counts",
      choices: modes,
    },
    '--fail-open': {
      kind: 'switch',
      text: 'run what nobody answers about (default, unless RAMPART_FAIL_OPEN is 0)',
    },
    '--fail-closed': { kind: 'switch', text: 'refuse what nobody answers about' },
    '--agent': {
      kind: 'value',
      value: 'A',
      text: 'the name that the log shows (default: RAMPART_AGENT, else that of an agent which COMMAND is known to be, else preload)',
    },
    '--session': {
      kind: 'value',
      value: 'S',
      text: 'the session that the log shows (default: RAMPART_SESSION, else preload-PID)',
    },
    '--debug': { kind: 'switch', text: 'the library says on standard error what it does' },
  },
  words: 'program',
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
