import { join, resolve } from 'node:path';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { formatSocketUrl } from '../../client/endpointAddress.ts';
import { endpointEnvironment } from '../../client/endpointProcess.ts';
import { currentNodeProgram } from '../../client/nodeProgram.ts';
import type { ByteText } from '../../protocol/byteText.ts';
import { modes } from '../../protocol/mode.ts';
import type { StatePaths } from '../../system/stateDirectory.ts';
import { becomeProgram } from '../becomeProgram.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { sharedOptions } from '../sharedOptions.ts';
import { starterWords } from '../findStarter.ts';
import { parseModeWord } from '../modeOption.ts';
import { findPolicyProblems } from '../namedPolicies.ts';
import type { Options } from '../options.ts';
import { findOuterGuard } from '../outerGuard.ts';

const maxPort = 65_535;

/** The library waits no longer than 120 s. */
const maxHoldSeconds = 110;

/** `rampart serve`: becomes the policy endpoint. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'be the policy endpoint, in the foreground',
  manual: {
    synopsis: [
      '[--state-dir D] [--port N] [--policy F]… [--no-default-policy] [--mode M] [--hold S] [--upstream U]…',
    ],
    description: [
      'Runs the policy endpoint until SIGINT or SIGTERM. When it listens it prints one line of JSON: ready, socket, url, pid, state_dir, mode. Nobody needs to run it by hand: the editor and `rampart preload` start one on demand.',
      'With `--upstream` it stands in front of another server: what its own policy does not refuse it asks there, too, and the stricter answer holds. Where the server asks a person, the approval waits in both lists, and whoever answers first settles it. While the server is away, its own policy goes on alone, unless the fail mode is closed. The upstream is kept for the endpoints that follow, until another one or `none` is named.',
      "RAMPART_TOKEN is the token with which its owner steers it over TCP. The upstream's is RAMPART_UPSTREAM_TOKEN, or stands in a file; else, for a server on this machine, it is looked for where that one's own clients do: RAMPART_TOKEN, then ~/.rampart/token.",
    ],
    examples: [
      { line: 'rampart serve --mode monitor', text: 'Decide and record, refuse nothing.' },
      { line: 'rampart serve --port 0', text: 'Listen on a free port of 127.0.0.1 too.' },
      {
        line: 'rampart serve --upstream auto',
        text: "Ask a running server of the `rampart` that this one's policies come from, too.",
      },
    ],
    exits: [
      [exitStatus.done, 'it was told to end'],
      [exitStatus.failed, 'it cannot be started'],
      [exitStatus.noEndpoint, 'another endpoint owns the state directory'],
      [exitStatus.refused, 'a guarded program cannot be the endpoint that guards it'],
    ],
    files: [
      ['~/.rampart/policies/*.yaml', 'the policies of the user'],
      ['D', 'its state directory; docs/protocol.md, section 1'],
    ],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--port': { kind: 'value', value: 'N', text: 'also listen on 127.0.0.1, port N; 0 picks a free one' },
    '--policy': sharedOptions.policy,
    '--no-default-policy': sharedOptions.noDefaultPolicy,
    '--hold': {
      kind: 'value',
      value: 'S',
      text: 'for how many seconds a command is held while a person is asked, 0 to 110 (default: 20)',
    },
    '--upstream': {
      kind: 'value',
      value: 'U',
      text: 'also ask the server at http:// or https://…; `auto` finds it as its own clients do, `none` ends it',
    },
    '--upstream-token-file': {
      kind: 'value',
      value: 'F',
      isPath: true,
      text: "the file with the upstream's token",
    },
    '--upstream-ca': {
      kind: 'value',
      value: 'F',
      isPath: true,
      text: "certificates (PEM) to trust at the upstream, in the place of the system's",
    },
    '--upstream-fail-closed': {
      kind: 'switch',
      text: 'refuse everything while the upstream is away (default: as the fail mode of the asker says)',
    },
    '--mode': {
      kind: 'value',
      value: 'M',
      text: 'the mode (default: as it was last, else enforce)',
      choices: modes,
    },
  },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const words = readServeWords(options, context, paths.value);
    if (!words.ok) return { usage: words.error };
    const problems = await findPolicyProblems(policiesOf(options, context));
    if (problems.length > 0) return { usage: problems.join('; ') };
    if (findOuterGuard(formatSocketUrl(paths.value.socket), context)?.isSame === true) {
      say(context, 'serve: a guarded program cannot be the endpoint that guards it');
      return exitStatus.refused;
    }
    const program = currentNodeProgram();
    const environment = {
      ...endpointEnvironment(context.environment, program),
      ...secretsOf(context),
    };
    const outcome = await becomeProgram(
      {
        path: toBytes(program.path),
        argv: [program.path, join(context.bundleFolder, 'endpoint.js'), ...words.value].map(toBytes),
        environment: Object.entries(environment).map(([name, value]) => toBytes(`${name}=${value}`)),
      },
      context,
    );
    if (outcome.ok) return outcome.value;
    say(context, `the endpoint cannot be started: ${outcome.error.message}`);
    return exitStatus.failed;
  },
};

/** The endpoint's own arguments. */
function readServeWords(
  options: Options,
  context: CommandContext,
  paths: StatePaths,
): Result<readonly string[], string> {
  const mode = parseModeWord(options.value('--mode'));
  if (!mode.ok) return mode;
  const port = options.value('--port');
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= maxPort)) {
    return failure(`\`${port}\` is no port: a number from 0 to ${maxPort}`);
  }
  const hold = options.value('--hold');
  if (hold !== undefined && !(/^\d{1,3}$/.test(hold) && Number(hold) <= maxHoldSeconds)) {
    return failure(`\`${hold}\` is no time to hold: seconds from 0 to ${maxHoldSeconds}`);
  }
  return success([
    '--state-dir',
    paths.directory,
    ...(port === undefined ? [] : ['--port', port]),
    ...policiesOf(options, context).flatMap((file) => ['--policy', file]),
    ...(options.has('--no-default-policy') ? ['--no-default-policy'] : []),
    ...(hold === undefined ? [] : ['--hold', hold]),
    ...(mode.value === undefined ? [] : ['--mode', mode.value]),
    ...upstreamWords(options, context),
    ...ignoredSignalWords(context),
    ...starterWords(process.pid, context.processes),
  ]);
}

/** What its caller wants it to outlive (`nohup`). */
function ignoredSignalWords({ ignoredSignals }: CommandContext): readonly string[] {
  return ignoredSignals === '' ? [] : ['--ignored-signals', ignoredSignals];
}

/** What the endpoint itself checks, its files as absolute paths. */
function upstreamWords(options: Options, context: CommandContext): readonly string[] {
  const upstream = options.value('--upstream');
  const files = ['--upstream-token-file', '--upstream-ca'].flatMap((name) => {
    const file = options.value(name);
    return file === undefined ? [] : [name, resolve(context.cwd, file)];
  });
  return [
    ...(upstream === undefined ? [] : ['--upstream', upstream]),
    ...files,
    ...(options.has('--upstream-fail-closed') ? ['--upstream-fail-closed'] : []),
  ];
}

/** Tokens, and where an upstream may be: the endpoint wipes them once it has read them. */
function secretsOf({ environment }: CommandContext): Readonly<Record<string, string>> {
  const names = ['RAMPART_TOKEN', 'RAMPART_UPSTREAM_TOKEN', 'RAMPART_URL', 'RAMPART_SERVE_URL'];
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function policiesOf(options: Options, context: CommandContext): readonly string[] {
  return options.list('--policy').map((file) => resolve(context.cwd, file));
}

function toBytes(text: string): ByteText {
  return Buffer.from(text).toString('latin1');
}
