import type { Command, CommandContext, CommandOutcome, Manual } from '../command.ts';
import { stateDirectoryOf } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import type { Options } from '../options.ts';
import { requirePermission } from '../permission.ts';
import { policyChoiceOf, policyOptions } from '../policyOptions.ts';
import { sharedOptions } from '../sharedOptions.ts';

const files: NonNullable<Manual['files']> = [
  ['~/.rampart/policies/packs.yaml', 'which packs are switched off'],
];

/** `rampart policy packs`: the packs of the built-in policy. */
export const policyPacksCommand: Command = {
  name: 'policy packs',
  summary: 'list the packs of the built-in policy, on or off',
  manual: {
    synopsis: ['[--json]'],
    description: [
      'The built-in policy is made of packs, each about one thing: git, containers, databases, … This lists them, with what they are about and whether they are on. A policy of the user with the name of a pack takes its place.',
    ],
    examples: [{ line: 'rampart policy packs', text: 'What there is.' }],
    exits: [[exitStatus.done, 'they were listed']],
    files,
  },
  options: {
    '--json': {
      kind: 'switch',
      text: 'print an array of objects: name, on, rules, description, replaced_by',
    },
  },
  words: ['enable', 'disable'],
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const { printPacks } = await import('../packs.ts');
    return printPacks(policyChoiceOf(options, context), options.has('--json'), context);
  },
};

/** `rampart policy packs enable`. */
export const policyPacksEnableCommand = createSwitch(true);

/** `rampart policy packs disable`. */
export const policyPacksDisableCommand = createSwitch(false);

function createSwitch(isOn: boolean): Command {
  const verb = isOn ? 'enable' : 'disable';
  return {
    name: `policy packs ${verb}`,
    summary: `switch a pack of the built-in policy ${isOn ? 'on again' : 'off'}`,
    manual: {
      synopsis: ['[--state-dir D] [--json] NAME'],
      description: [
        `Switches a pack ${isOn ? 'on again' : 'off'}, for this user. NAME is as \`rampart policy packs\` shows it; \`default-\` may be left out. An endpoint that runs follows at once.`,
      ],
      examples: [
        {
          line: `rampart policy packs ${verb} containers`,
          text: `Switch ${isOn ? 'on' : 'off'} what is about containers.`,
        },
      ],
      exits: [
        [exitStatus.done, `it is ${isOn ? 'on' : 'off'}`],
        [exitStatus.failed, 'there is no such pack, or the file cannot be written'],
        [exitStatus.refused, 'a guarded program cannot change the rules'],
      ],
      files,
    },
    options: {
      '--state-dir': sharedOptions.stateDirectory,
      '--cwd': policyOptions['--cwd'],
      '--json': { kind: 'switch', text: 'print an object: name, on' },
    },
    words: 'none',
    run: (options, context) => run(isOn, options, context),
  };
}

async function run(isOn: boolean, options: Options, context: CommandContext): Promise<CommandOutcome> {
  const [name, ...others] = options.words;
  if (name === undefined || others.length > 0) return { usage: 'give one name of a pack' };
  const paths = stateDirectoryOf(options, context);
  if (!paths.ok) return { usage: paths.error };
  const permission = await requirePermission(paths.value, context, 'change the rules');
  if (typeof permission === 'number') return permission;
  const { switchPack } = await import('../packs.ts');
  const change = { choice: policyChoiceOf(options, context), context, isJson: options.has('--json') };
  return switchPack({ name, isOn }, permission, change);
}
