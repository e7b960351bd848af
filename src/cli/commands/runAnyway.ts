import { success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { administer } from '../administer.ts';
import { findAuditRecord } from '../auditFiles.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { replaceControls } from '../plainText.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** `rampart run-anyway`: a person lets a refused command run once. */
export const runAnywayCommand: Command = {
  name: 'run-anyway',
  summary: 'let a refused command run once',
  manual: {
    synopsis: ['[--state-dir D] [--json] ID'],
    description: [
      'Lets exactly the command run once that was refused under an id, the digits in brackets at the end of its refusal, when it is started again within five minutes by the same agent, in the same directory and the same tree of processes. `last` is the newest refusal in the log. It is for a person: in a guarded terminal it is refused, so type it in one that is not guarded.',
    ],
    examples: [
      {
        line: 'rampart run-anyway 0123abcd',
        text: 'Of `rampart: denied … [0123abcd]`.',
        exits: exitStatus.failed,
      },
      { line: 'rampart run-anyway last', text: 'The newest refusal.', exits: exitStatus.failed },
    ],
    exits: [
      [exitStatus.done, 'it may be started again'],
      [exitStatus.failed, 'the endpoint knows no such refusal'],
      [exitStatus.noEndpoint, 'no endpoint runs'],
      [exitStatus.refused, 'the endpoint refuses: a guarded program cannot let anything run'],
    ],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--json': { kind: 'switch', text: 'print an object: command, cwd' },
  },
  words: ['last'],
  run: async (options, context) => {
    const [id, ...others] = options.words;
    if (id === undefined || others.length > 0) return { usage: 'give the id of one refusal' };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const named = await recordIdOf(id, paths.value.audit);
    if (!named.ok) {
      say(context, named.error);
      return exitStatus.failed;
    }
    return administer(
      paths.value,
      context,
      (client) => client.runAnyway(named.value),
      ({ command, cwd }) => {
        if (options.has('--json')) {
          context.output.out(`${JSON.stringify({ command, cwd })}\n`);
          return exitStatus.done;
        }
        const where = cwd === null ? '' : ` in ${cwd}`;
        context.output.out(replaceControls(`run it again within five minutes${where}: ${command}`) + '\n');
        return exitStatus.done;
      },
    );
  },
};

async function recordIdOf(word: string, folder: string): Promise<Result<string, string>> {
  if (word !== 'last') return success(word);
  const record = await findAuditRecord(folder, word);
  return record.ok ? success(record.value.id) : record;
}
