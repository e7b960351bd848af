import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { isMode, maxTimedSeconds, modes } from '../../protocol/mode.ts';
import { administer } from '../administer.ts';
import { stateDirectoryOf } from '../command.ts';
import type { Command } from '../command.ts';
import { parseDurationWord } from '../durationWord.ts';
import { exitStatus } from '../exitStatus.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** `rampart mode`: switches the mode of the endpoint that runs. */
export const modeCommand: Command = {
  name: 'mode',
  summary: 'switch the mode: enforce, monitor or disabled',
  manual: {
    synopsis: ['[--state-dir D] [--for T] [--json] enforce|monitor|disabled'],
    description: [
      'Switches the mode of the policy endpoint; terminals that are open follow at once. Enforce refuses what the policy denies, monitor only records it, disabled neither asks nor records. Prints the new mode.',
    ],
    examples: [
      { line: 'rampart mode monitor', text: 'Only record from now on.' },
      { line: 'rampart mode disabled --for 10m', text: 'Ask nothing for ten minutes, then go on as before.' },
      { line: 'rampart mode enforce', text: 'Refuse again what the policy denies.' },
    ],
    exits: [
      [exitStatus.done, 'the mode holds'],
      [exitStatus.failed, 'the endpoint is in trouble'],
      [exitStatus.noEndpoint, 'no endpoint runs'],
      [exitStatus.refused, 'the endpoint refuses: a guarded program cannot switch the mode'],
    ],
    files: [['D/mode.json', 'the mode and when it ends']],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--for': {
      kind: 'value',
      value: 'T',
      text: 'how long, such as 90s, 10m, 2h or 1d, a week at most; then as before',
    },
    '--json': { kind: 'switch', text: 'print an object: mode, until' },
  },
  words: modes,
  run: async (options, context) => {
    const [mode, ...others] = options.words;
    if (mode === undefined) return { usage: `no mode given, there are ${modes.join(', ')}` };
    if (!isMode(mode)) return { usage: `unknown mode \`${mode}\`, there are ${modes.join(', ')}` };
    if (others.length > 0) return { usage: `unexpected argument \`${others.join(' ')}\`` };
    const seconds = parseSeconds(options.value('--for'));
    if (!seconds.ok) return { usage: seconds.error };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    return administer(
      paths.value,
      context,
      (client) => client.setMode(mode, seconds.value),
      (state) => {
        context.output.out(options.has('--json') ? `${JSON.stringify(state)}\n` : `${state.mode}\n`);
        return exitStatus.done;
      },
    );
  },
};

function parseSeconds(word: string | undefined): Result<number | undefined, string> {
  if (word === undefined) return success(undefined);
  const milliseconds = parseDurationWord(word);
  if (!milliseconds.ok) return milliseconds;
  const seconds = Math.ceil(milliseconds.value / 1_000);
  return seconds > maxTimedSeconds ? failure(`\`${word}\` is longer than a week`) : success(seconds);
}
