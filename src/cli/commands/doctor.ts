import { namedStateDirectory } from '../command.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { createPalette } from '../palette.ts';
import { replaceControls } from '../plainText.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** `rampart doctor`: names every reason why a terminal might not be guarded. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'name every reason why a terminal might not be guarded',
  manual: {
    synopsis: ['[--state-dir D] [--machine] [--json]'],
    description: [
      'Looks at the machine, the installation, this shell and the endpoint, and says for each thing that keeps terminals from being guarded, or could, what it is, where, and what to do. Run it in the terminal in question.',
      'A problem keeps this terminal from being guarded; a warning may, or is a gap; a note is only to be known. `--json` prints one object: ok, checks, each with name, status (ok, note, warning, problem), message, remedy.',
    ],
    examples: [{ line: 'rampart doctor', text: 'In the terminal in question.' }],
    exits: [
      [exitStatus.done, 'nothing keeps this terminal from being guarded'],
      [exitStatus.failed, 'there is a problem'],
    ],
    files: [
      ['~/.rampart/lib', 'the preload library'],
      ['D', 'the state directory; docs/protocol.md, section 1'],
    ],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--machine': {
      kind: 'switch',
      text: 'look at the machine, the installation and the endpoint only, not at this shell',
    },
    '--json': sharedOptions.json,
  },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const paths = namedStateDirectory(options, context);
    if (!paths.ok) return { usage: paths.error };
    const { examine } = await import('../examine.ts');
    const checks = await examine(paths.value, context, options.has('--machine') ? 'machine' : 'shell');
    const isGood = checks.every(({ status }) => status !== 'problem');
    const palette = createPalette(context);
    const paint = { ok: 'allow', note: 'watch', warning: 'ask', problem: 'deny' } as const;
    context.output.out(
      options.has('--json')
        ? `${JSON.stringify({ ok: isGood, checks })}\n`
        : checks
            .map(
              ({ name, status, message, remedy }) =>
                `${palette.action(paint[status], status.padEnd(7))}  ${name}: ${replaceControls(message)}\n${remedy === null ? '' : `         ${remedy}\n`}`,
            )
            .join(''),
    );
    return isGood ? exitStatus.done : exitStatus.failed;
  },
};
