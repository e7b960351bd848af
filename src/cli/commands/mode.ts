import { isMode, modes } from '../../protocol/mode.ts';
import { administer } from '../administer.ts';
import { stateDirectoryOf } from '../command.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';

/** `rampart mode`: switches the mode of the endpoint that runs. */
export const modeCommand: Command = {
  name: 'mode',
  summary: 'switch the mode: enforce, monitor or disabled',
  help: `Usage: rampart mode [--state-dir D] enforce|monitor|disabled

Switches the mode of the policy endpoint; terminals that are open follow at once.

  enforce        refuse what the policy denies
  monitor        only record it
  disabled       neither ask nor record
  --state-dir D  its state directory (default: RAMPART_STATE_DIR, else below ~/.rampart/run)

Prints the new mode. Exits 3 when no endpoint runs, 4 when it refuses: a guarded
program cannot switch the mode.
`,
  options: { '--state-dir': 'value' },
  run: async (options, context) => {
    const [mode, ...others] = options.words;
    if (mode === undefined) return { usage: `no mode given, there are ${modes.join(', ')}` };
    if (!isMode(mode)) return { usage: `unknown mode \`${mode}\`, there are ${modes.join(', ')}` };
    if (others.length > 0) return { usage: `unexpected argument \`${others.join(' ')}\`` };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    return administer(
      paths.value,
      context,
      (client) => client.setMode(mode),
      (state) => {
        context.output.out(`${state.mode}\n`);
        return exitStatus.done;
      },
    );
  },
};
