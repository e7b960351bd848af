import type { OptionEntry } from './options.ts';

/** Options that several commands take, so that they read the same everywhere. */
export const sharedOptions = {
  stateDirectory: {
    kind: 'value',
    value: 'D',
    isPath: true,
    text: 'the state directory of the endpoint (default: RAMPART_STATE_DIR, else one below ~/.rampart/run)',
  },
  policy: {
    kind: 'list',
    value: 'F',
    isPath: true,
    text: "a policy file beside the default and the user's own; may be repeated",
  },
  noDefaultPolicy: { kind: 'switch', text: 'without the built-in policy' },
  workingDirectory: {
    kind: 'value',
    value: 'C',
    isPath: true,
    text: 'the directory the command would run in (default: the current one)',
  },
  agent: { kind: 'value', value: 'A', text: 'the agent that would run it (default: agent)' },
  json: { kind: 'switch', text: 'print JSON' },
  yes: { kind: 'switch', text: 'do not ask' },
} as const satisfies Record<string, OptionEntry>;
