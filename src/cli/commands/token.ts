import type { EndpointClient, Outcome } from '../../client/endpointClient.ts';
import { isAgentName, isTokenScope, tokenScopes } from '../../protocol/agentToken.ts';
import type { TokenScope, TokenView } from '../../protocol/agentToken.ts';
import { administer } from '../administer.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext, CommandOutcome, Manual } from '../command.ts';
import { parseDurationWord } from '../durationWord.ts';
import { exitStatus } from '../exitStatus.ts';
import type { Options } from '../options.ts';
import { replaceControls } from '../plainText.ts';
import { sharedOptions } from '../sharedOptions.ts';

const exits: Manual['exits'] = [
  [exitStatus.done, 'it was done'],
  [exitStatus.failed, 'there is no such token, or the endpoint is in trouble'],
  [exitStatus.noEndpoint, 'no endpoint runs'],
  [exitStatus.refused, 'the endpoint refuses: a guarded program can neither make nor see tokens'],
];

const files: Manual['files'] = [['D/tokens.json', 'the tokens: a hash of each, never the token itself']];

/** `rampart token create`: makes a token for an agent that asks over TCP. */
export const tokenCreateCommand: Command = {
  name: 'token create',
  summary: 'make a token for an agent',
  manual: {
    synopsis: ['[--state-dir D] --agent A [--scope S]… [--expires T] [--note TEXT] [--json]'],
    description: [
      'Makes a token with which an agent may use the endpoint over TCP (`rampart serve --port N`), and prints it, this once. Whoever asks with it asks as that agent, whatever name it gives itself, and its decisions name the token in the log. What no rule allows is denied to it, whatever `default_action` is.',
      'The scope `eval` is for asking about commands, `stream` for reading the event stream, `admin` for everything but tokens. As long as there is a token that was not revoked, nobody asks over TCP without one.',
    ],
    examples: [
      { line: 'rampart token create --agent ci --expires 30d', text: 'For a build machine, for a month.' },
      {
        line: 'rampart token create --agent board --scope stream --json',
        text: 'For a display that only reads.',
      },
    ],
    exits,
    files,
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--agent': { kind: 'value', value: 'A', text: 'the agent it is for: 1 to 64 letters, digits, _ or -' },
    '--scope': {
      kind: 'list',
      value: 'S',
      text: 'what it may be used for (default: eval); may be repeated',
      choices: tokenScopes,
    },
    '--expires': {
      kind: 'value',
      value: 'T',
      text: 'how long it holds, such as 12h or 30d (default: no end)',
    },
    '--note': { kind: 'value', value: 'TEXT', text: 'what it is for, in your own words' },
    '--json': sharedOptions.json,
  },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const agent = options.value('--agent');
    if (!isAgentName(agent)) return { usage: 'give --agent a name of 1 to 64 letters, digits, _ or -' };
    const scopes = scopesOf(options);
    if (typeof scopes === 'string') return { usage: scopes };
    const expires = options.value('--expires');
    const life = expires === undefined ? null : parseDurationWord(expires);
    if (life?.ok === false) return { usage: life.error };
    const note = options.value('--note') ?? '';
    const lifeSeconds = life === null ? null : Math.ceil(life.value / 1_000);
    return onEndpoint(
      options,
      context,
      (client) => client.createToken({ agent, scopes, note, lifeSeconds }),
      ({ secret, view }) => {
        const line = options.has('--json') ? JSON.stringify({ ...view, token: secret }) : secret;
        context.output.out(`${line}\n`);
        if (!options.has('--json')) {
          say(context, `token ${view.id} for ${agent} (${scopes.join(', ')}); it is shown this once only`);
        }
        return exitStatus.done;
      },
    );
  },
};

/** `rampart token list`: the tokens there are. */
export const tokenListCommand: Command = {
  name: 'token list',
  summary: "list the agents' tokens",
  manual: {
    synopsis: ['[--state-dir D] [--json]'],
    description: [
      'Lists the tokens: id, agent, scopes, how they begin, until when they hold, when they were used last. A revoked or expired one stays in the list for 30 days.',
    ],
    examples: [{ line: 'rampart token list', text: 'All of them.' }],
    exits,
    files,
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--json': { kind: 'switch', text: 'print an object a line, and nothing where there are none' },
  },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    return onEndpoint(
      options,
      context,
      (client) => client.tokens(),
      (tokens) => {
        if (tokens.length === 0 && !options.has('--json')) say(context, 'no agent has a token');
        for (const token of tokens) {
          context.output.out(`${options.has('--json') ? JSON.stringify(token) : formatToken(token)}\n`);
        }
        return exitStatus.done;
      },
    );
  },
};

/** `rampart token revoke`: takes a token back. */
export const tokenRevokeCommand: Command = {
  name: 'token revoke',
  summary: "take an agent's token back",
  manual: {
    synopsis: ['[--state-dir D] [--json] ID'],
    description: [
      'Takes a token back, by its id or the beginning of that. It holds no longer when the command returns, and streams that were opened with it end.',
    ],
    examples: [{ line: 'rampart token revoke 0123456789ab', text: 'This one.', exits: exitStatus.failed }],
    exits,
    files,
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--json': { kind: 'switch', text: 'print an object: id, agent, revoked' },
  },
  words: 'none',
  run: async (options, context) => {
    const [digits, ...others] = options.words;
    if (digits === undefined || digits === '' || others.length > 0)
      return { usage: 'give the id of one token' };
    return onEndpoint(
      options,
      context,
      (client) => client.tokens(),
      (tokens) => {
        const found = tokens.filter(({ id }) => id.startsWith(digits));
        const [token] = found;
        if (token === undefined || found.length > 1) {
          const problem =
            token === undefined ? `there is no token ${digits}` : `${digits} begins several ids`;
          say(context, problem);
          return exitStatus.failed;
        }
        return revoke(token, options, context);
      },
    );
  },
};

async function revoke({ id }: TokenView, options: Options, context: CommandContext): Promise<number> {
  const outcome = await onEndpoint(
    options,
    context,
    (client) => client.revokeToken(id),
    ({ agent }) => {
      const json = JSON.stringify({ id, agent, revoked: true });
      context.output.out(`${options.has('--json') ? json : `revoked: ${id} of ${agent}`}\n`);
      return exitStatus.done;
    },
  );
  return typeof outcome === 'number' ? outcome : exitStatus.usage;
}

async function onEndpoint<Value>(
  options: Options,
  context: CommandContext,
  call: (client: EndpointClient) => Outcome<Value>,
  finish: (value: Value) => number | Promise<number>,
): Promise<CommandOutcome> {
  const paths = stateDirectoryOf(options, context);
  return paths.ok ? administer(paths.value, context, call, finish) : { usage: paths.error };
}

function scopesOf(options: Options): readonly TokenScope[] | string {
  const words = options.list('--scope');
  const unknown = words.find((word) => !isTokenScope(word));
  if (unknown !== undefined) return `unknown scope \`${unknown}\`, there are ${tokenScopes.join(', ')}`;
  const scopes = tokenScopes.filter((scope) => words.includes(scope));
  return scopes.length === 0 ? ['eval'] : scopes;
}

function formatToken(token: TokenView): string {
  const { id, agent, scopes, masked_prefix: prefix, note, last_used_at: used } = token;
  const use = used === null ? 'never used' : `used ${used.slice(0, 16)}Z`;
  const told = note === '' ? '' : ` (${note})`;
  return replaceControls(
    `${id} ${agent}: ${scopes.join(', ')}, rampart_${prefix}…, ${endOf(token)}, ${use}${told}`,
  );
}

function endOf({ expires_at: end, revoked_at: revoked }: TokenView): string {
  if (revoked !== null) return `revoked ${revoked.slice(0, 16)}Z`;
  return end === null ? 'no end' : `until ${end.slice(0, 16)}Z`;
}
