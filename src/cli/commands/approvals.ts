import { messageOf } from '../../base/assert.ts';
import { EventSource } from '../../client/eventSource.ts';
import type { ApprovalScope, ApprovalView } from '../../protocol/approval.ts';
import type { StreamEvent } from '../../protocol/streamEvent.ts';
import type { StatePaths } from '../../system/stateDirectory.ts';
import { administer } from '../administer.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext, CommandOutcome, Manual } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import type { Options } from '../options.ts';
import { replaceControls } from '../plainText.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** How many digits of an id are shown; as many are needed where they name one approval only. */
const shownDigits = 8;

const answerAsJson = { kind: 'switch', text: 'print an object: id, status, command' } as const;

const exits: Manual['exits'] = [
  [exitStatus.done, 'it was listed or answered'],
  [exitStatus.failed, 'there is no such approval, or it is answered already'],
  [exitStatus.noEndpoint, 'no endpoint runs'],
  [exitStatus.refused, 'the endpoint refuses: a guarded program can neither see nor answer approvals'],
];

/** `rampart approvals`: lists what waits for a person. */
export const approvalsCommand: Command = {
  name: 'approvals',
  summary: 'list the commands that wait for approval',
  manual: {
    synopsis: ['[--state-dir D] [--follow] [--json]'],
    description: [
      'Lists the commands about which a rule says `ask`: id, agent, command, directory, reason and until when they wait. `rampart approvals approve` and `rampart approvals deny` answer.',
      '`--follow` goes on with every new one until it is interrupted. As long as it runs, a command that was typed in a shell is held until it is answered, for 20 s at most.',
    ],
    examples: [
      { line: 'rampart approvals', text: 'What waits now.' },
      { line: 'rampart approvals --json', text: 'The same for a script.' },
    ],
    exits,
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--follow': { kind: 'switch', text: 'go on with what comes' },
    '--json': { kind: 'switch', text: 'print an object a line, and nothing where nothing waits' },
  },
  words: ['approve', 'deny'],
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const isJson = options.has('--json');
    if (options.has('--follow')) return follow(paths.value, isJson, context);
    const show = (approval: ApprovalView): boolean => print(approval, isJson, context);
    return list(paths.value, isJson, context, show);
  },
};

/** Shows what waits, until the reader goes away. */
function list(
  paths: StatePaths,
  isJson: boolean,
  context: CommandContext,
  show: (approval: ApprovalView) => boolean,
): Promise<number> {
  return administer(
    paths,
    context,
    (client) => client.approvals(),
    (approvals) => {
      approvals.every(show);
      if (approvals.length === 0 && !isJson) say(context, 'nothing waits for approval');
      return exitStatus.done;
    },
  );
}

/** `rampart approvals approve`: lets a command run that waits. */
export const approveCommand: Command = {
  name: 'approvals approve',
  summary: 'approve a command that waits',
  manual: {
    synopsis: ['[--state-dir D] [--session|--always] [--json] ID'],
    description: [
      'Lets a command run: now, when it is held, else when it is started again within ten minutes. The approval is for exactly this command of this agent, in this directory and this tree of processes, and for once.',
    ],
    examples: [{ line: 'rampart approvals approve 0123abcd', text: 'Once.', exits: exitStatus.failed }],
    exits,
    files: [['~/.rampart/policies/by-hand.yaml', 'where --always writes its rule']],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--session': { kind: 'switch', text: 'as often as it comes in this tree of processes, in any directory' },
    '--always': { kind: 'switch', text: 'for good: writes a rule that allows it' },
    '--json': answerAsJson,
  },
  words: 'none',
  run: (options, context) => answer(true, options, context),
};

/** `rampart approvals deny`: refuses a command that waits. */
export const denyCommand: Command = {
  name: 'approvals deny',
  summary: 'deny a command that waits',
  manual: {
    synopsis: ['[--state-dir D] [--json] ID'],
    description: ['Refuses a command; for a minute it is refused again without being asked about.'],
    examples: [{ line: 'rampart approvals deny 0123abcd', text: 'No.', exits: exitStatus.failed }],
    exits,
  },
  options: { '--state-dir': sharedOptions.stateDirectory, '--json': answerAsJson },
  words: 'none',
  run: (options, context) => answer(false, options, context),
};

async function answer(approved: boolean, options: Options, context: CommandContext): Promise<CommandOutcome> {
  const [digits, ...others] = options.words;
  if (digits === undefined || digits === '' || others.length > 0)
    return { usage: 'give the id of one approval' };
  const scope = scopeOf(options);
  if (scope === null) return { usage: '--session and --always exclude each other' };
  const paths = stateDirectoryOf(options, context);
  if (!paths.ok) return { usage: paths.error };
  return administer(
    paths.value,
    context,
    (client) => client.approvals(),
    (approvals) => {
      const found = approvals.filter(({ id }) => id.startsWith(digits));
      const [approval] = found;
      if (approval === undefined || found.length > 1) {
        say(
          context,
          approval === undefined ? `nothing waits under ${digits}` : `${digits} begins several ids`,
        );
        return exitStatus.failed;
      }
      return administer(
        paths.value,
        context,
        (client) => client.resolveApproval(approval.id, { approved, scope, by: 'the command line' }),
        (status) => {
          const { id, command } = approval;
          const text = `${status}: ${replaceControls(command)}`;
          const isJson = options.has('--json');
          context.output.out(`${isJson ? JSON.stringify({ id, status, command }) : text}\n`);
          return exitStatus.done;
        },
      );
    },
  );
}

function scopeOf(options: Options): ApprovalScope | null {
  if (options.has('--session') && options.has('--always')) return null;
  if (options.has('--always')) return 'always';
  return options.has('--session') ? 'session' : 'once';
}

/**
 * Listens before it lists, so that nothing is missed in between, and lists again where it had to connect again. What comes
 * while it lists is shown after the list, which does not know of it. Ends when nobody reads any more, or with the process.
 */
function follow(paths: StatePaths, isJson: boolean, context: CommandContext): Promise<number> {
  const source = new EventSource({ address: { kind: 'socket', path: paths.socket }, canApprove: true });
  const shown = new Set<string>();
  return new Promise((resolve) => {
    const end = (status: number): void => {
      source.dispose();
      resolve(status);
    };
    const show = (approval: ApprovalView): boolean => {
      if (shown.has(approval.id)) return true;
      shown.add(approval.id);
      const isRead = print(approval, isJson, context);
      if (!isRead) end(exitStatus.done);
      return isRead;
    };
    const take = (event: StreamEvent): void => {
      if (event.type !== 'approval') return;
      if (event.change === 'requested') show(event.approval);
      else shown.delete(event.approval.id);
    };
    let listings = 0;
    const early: StreamEvent[] = [];
    source.onDidReceive((event) => {
      if (listings > 0) early.push(event);
      else take(event);
    });
    let wasListed = false;
    const listAll = async (isAgain: boolean): Promise<void> => {
      listings += 1;
      const status = await list(paths, isJson || isAgain, context, show).finally(() => (listings -= 1));
      if (status !== exitStatus.done && !isAgain) end(status);
      if (listings === 0) early.splice(0).forEach(take);
    };
    source.onDidChangeConnection(({ connected }) => {
      const isAgain = wasListed;
      if (isAgain && !connected) return;
      wasListed = true;
      // Where nobody listens, or lets us listen, the list says why.
      listAll(isAgain).catch((thrown: unknown) => say(context, messageOf(thrown)));
    });
    source.open();
  });
}

function print(approval: ApprovalView, isJson: boolean, { output }: CommandContext): boolean {
  return output.out(`${isJson ? JSON.stringify(approval) : formatApproval(approval)}\n`);
}

function formatApproval({ id, agent, command, cwd, message, expires_at: end }: ApprovalView): string {
  const where = cwd === null ? '' : ` in ${cwd}`;
  const why = message === '' ? '' : ` (${message})`;
  const until = end.slice(11, 19);
  return replaceControls(
    `${id.slice(0, shownDigits)} ${agent}: \`${command}\`${where}${why}, waits until ${until} UTC`,
  );
}
