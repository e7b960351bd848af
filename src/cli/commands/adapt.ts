import { stateDirectoryOf } from '../command.ts';
import type { Command, Example, Manual } from '../command.ts';
import type { AdapterVerb } from '../adaptAgent.ts';
import { exitStatus } from '../exitStatus.ts';
import type { OptionTable } from '../options.ts';
import { sharedOptions } from '../sharedOptions.ts';

const files: NonNullable<Manual['files']> = [
  ['~/.rampart/adapters.json', "what was written into agents' settings, and what stood there before"],
];

/** `rampart adapt`: what there is. */
export const adaptCommand: Command = {
  name: 'adapt',
  summary: 'guard agents that run commands outside guarded terminals: list them',
  manual: {
    synopsis: ['[--state-dir D] [--json]'],
    description: [
      "An agent that an editor's extension starts without a terminal, or that you start in a terminal of your own, is not guarded by itself. An adapter tells the agent, in the user's own settings of that agent, to have its commands guarded: it gives them the preload library, or, where the agent does not take that, has a hook ask about each. This lists the agents that can be told, and what they are told now.",
      'The environment of a command that the agent starts has the library in it; where only a hook asks, the text of a command is judged before it runs, and what it starts is guarded if the agent lets the hook add to the environment.',
    ],
    examples: [{ line: 'rampart adapt', text: 'What there is.' }],
    exits: [[exitStatus.done, 'they were listed']],
    files,
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--json': { kind: 'switch', text: 'print an array of objects: agent, title, door, state, program' },
  },
  words: ['preview', 'apply', 'verify', 'undo'],
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const { listAgents } = await import('../adaptAgent.ts');
    return listAgents(paths.value, context, options.has('--json'));
  },
};

/** `rampart adapt preview`. */
export const adaptPreviewCommand: Command = forAgent({
  verb: 'preview',
  summary: "show what would be written into an agent's settings",
  description:
    "Shows the lines that `rampart adapt apply` would write into the user's settings of an agent. Nothing is written.",
  example: { line: 'rampart adapt preview codex', text: 'What Codex would be told.' },
  exits: [
    [exitStatus.done, 'they were shown'],
    [exitStatus.failed, 'the settings stand in the way; the message says where'],
  ],
});

/** `rampart adapt apply`. */
export const adaptApplyCommand: Command = forAgent({
  verb: 'apply',
  summary: "write an adapter into an agent's settings, and try it",
  description:
    'Shows the lines, asks, writes them, and then tries the agent as `rampart adapt verify` does. What stood there before is kept for `rampart adapt undo`. The library asks an endpoint and starts none: keep one running, by a window of the editor with the guard on or by `rampart serve`, or what the agent starts follows the fail mode.',
  example: {
    line: 'rampart adapt apply --yes opencode',
    text: 'Guard the commands of OpenCode.',
    exits: exitStatus.failed,
  },
  options: { '--yes': sharedOptions.yes },
  exits: [
    [exitStatus.done, 'it is written, and the agent obeys it'],
    [exitStatus.failed, 'it is not written, or the agent could not be seen to obey it'],
    [exitStatus.refused, 'a guarded program cannot change how agents are guarded'],
  ],
});

/** `rampart adapt verify`. */
export const adaptVerifyCommand: Command = forAgent({
  verb: 'verify',
  summary: 'try whether an agent obeys its adapter',
  description:
    "Starts the agent's own program once, in a home directory made for it that holds nothing but the adapter, with a model on this machine that tells it one harmless command, and looks whether the library is in it. Neither your account nor your settings are touched, nothing leaves this machine.",
  example: { line: 'rampart adapt verify claude-code', text: 'Try Claude Code.', exits: exitStatus.failed },
  exits: [
    [exitStatus.done, 'a command of the agent had the library'],
    [exitStatus.failed, 'it had not, or the agent could not be tried'],
  ],
});

/** `rampart adapt undo`. */
export const adaptUndoCommand: Command = forAgent({
  verb: 'undo',
  summary: "take an adapter out of an agent's settings",
  description:
    'Puts the settings back as they were, byte for byte; where others have changed them since, only what the adapter wrote is taken out.',
  example: { line: 'rampart adapt undo codex', text: 'As before.' },
  exits: [
    [exitStatus.done, 'nothing of it is left'],
    [exitStatus.failed, 'something has to be taken out by hand; the message says what'],
    [exitStatus.refused, 'a guarded program cannot change how agents are guarded'],
  ],
});

interface AgentVerb {
  readonly verb: AdapterVerb;
  readonly summary: string;
  readonly description: string;
  readonly example: Example;
  readonly options?: OptionTable;
  readonly exits: Manual['exits'];
}

function forAgent({ verb, summary, description, example, options, exits }: AgentVerb): Command {
  return {
    name: `adapt ${verb}`,
    summary,
    manual: {
      synopsis: [`[--state-dir D]${options === undefined ? '' : ' [--yes]'} [--json] AGENT`],
      description: [`${description} AGENT is as \`rampart adapt\` shows it.`],
      examples: [example],
      exits,
      files,
    },
    options: {
      '--state-dir': sharedOptions.stateDirectory,
      '--json': { kind: 'switch', text: 'print an object: agent, changes, and obeys where it was tried' },
      ...options,
    },
    words: 'none',
    run: async (given, context) => {
      const [name, ...others] = given.words;
      if (others.length > 0) return { usage: 'give one agent' };
      const paths = stateDirectoryOf(given, context);
      if (!paths.ok) return { usage: paths.error };
      const { adaptAgent } = await import('../adaptAgent.ts');
      const told = { isAgreed: given.has('--yes'), isJson: given.has('--json') };
      return adaptAgent(verb, name, { paths: paths.value, context, ...told });
    },
  };
}
