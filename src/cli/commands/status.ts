import type { BareProcess } from '../../client/measureTree.ts';
import { EndpointClient } from '../../client/endpointClient.ts';
import type { UpstreamStatus } from '../../client/endpointClient.ts';
import type { Health } from '../../protocol/health.ts';
import type { PolicyProblem } from '../../protocol/streamEvent.ts';
import type { StatePaths } from '../../system/stateDirectory.ts';
import { explainFailure } from '../administer.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command } from '../command.ts';
import { bareReasons, findBarePrograms } from '../findBarePrograms.ts';
import { exitStatus } from '../exitStatus.ts';
import { replaceControls } from '../plainText.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** `rampart status`: whether an endpoint runs, and in which mode. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'say whether an endpoint runs and in which mode',
  manual: {
    synopsis: ['[--state-dir D] [--json]'],
    description: [
      'Says whether a policy endpoint runs, in which mode, and where. Programs that run without the library below a guarded one are named, with the reason: what they start is not seen. So are the upstream, whether it answers, and why not, what is wrong with policy files and the log, and how many records were lost; a guarded program is told of none of these. `--json` prints one object: running, mode, pid, socket, url, version, uptime_seconds, state_dir, unguarded, upstream (null without one: wished, url, state, reason), problems, lost_records.',
    ],
    examples: [
      { line: 'rampart status', text: "Look at the user's own endpoint." },
      { line: 'rampart status --json', text: 'The same for a program.' },
    ],
    exits: [
      [exitStatus.done, 'it runs'],
      [exitStatus.failed, 'it answers, but is in trouble'],
      [exitStatus.noEndpoint, 'none runs'],
    ],
    files: [['D/endpoint.sock', 'where it listens']],
  },
  options: { '--state-dir': sharedOptions.stateDirectory, '--json': sharedOptions.json },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const client = new EndpointClient({ kind: 'socket', path: paths.value.socket });
    const health = await client.health();
    const isJson = options.has('--json');
    const bare = findBarePrograms(context.processes, `unix://${paths.value.socket}`);
    if (health.ok) {
      const policy = await client.policyStatus();
      const { upstream = null, problems = [], lostRecords = 0 } = policy.ok ? policy.value : {};
      const running = { health: health.value, upstream, problems, lostRecords };
      context.output.out(
        isJson ? formatJson(running, paths.value, bare) : formatText(running, paths.value, bare),
      );
      return exitStatus.done;
    }
    const isAbsent = health.error.code === 'unreachable';
    if (isAbsent && isJson) context.output.out(formatJson(null, paths.value, bare));
    say(context, explainFailure(health.error, paths.value));
    return isAbsent ? exitStatus.noEndpoint : exitStatus.failed;
  },
};

/** What is known of an endpoint that runs. */
interface Running {
  readonly health: Health;
  readonly upstream: UpstreamStatus | null;
  /** What is wrong with policy files, and with the log. */
  readonly problems: readonly PolicyProblem[];
  /** How many records could not be written, since it started. */
  readonly lostRecords: number;
}

const nobody = { mode: null, pid: null, url: null, version: null, uptime_seconds: null } as const;

function formatJson(running: Running | null, paths: StatePaths, bare: readonly BareProcess[]): string {
  const { mode, pid, url, version, uptime_seconds } = running?.health ?? nobody;
  const status = {
    running: running !== null,
    mode,
    pid,
    socket: paths.socket,
    url,
    version,
    uptime_seconds,
    state_dir: paths.directory,
    unguarded: bare,
    upstream: running?.upstream ?? null,
    problems: running?.problems ?? [],
    lost_records: running?.lostRecords ?? 0,
  };
  return `${JSON.stringify(status)}\n`;
}

/** An upstream as a person reads it: where it is, how it stands, and why it is not connected. */
export function formatUpstream({ wished, url, state, reason }: UpstreamStatus): string {
  const why = reason === null ? '' : `: ${replaceControls(reason)}`;
  return `${replaceControls(url ?? wished)} is ${state}${why}`;
}

function formatProblem({ subject, file, line, message }: PolicyProblem): readonly [string, string] {
  return ['problem', replaceControls(subject === 'log' ? message : `${file}:${line}: ${message}`)];
}

function formatText(
  { health, upstream, problems, lostRecords }: Running,
  paths: StatePaths,
  bare: readonly BareProcess[],
): string {
  const rows: readonly (readonly [string, string])[] = [
    ['mode', health.mode],
    ['pid', String(health.pid ?? 'unknown')],
    ['running for', `${Math.floor(health.uptime_seconds)} s`],
    ['version', health.version],
    ['socket', paths.socket],
    ...(health.url === null ? [] : [['url', health.url] as const]),
    ...(upstream === null ? [] : [['upstream', formatUpstream(upstream)] as const]),
    ...problems.map(formatProblem),
    ...(lostRecords === 0 ? [] : [['lost', `${lostRecords} records, for which there was no room`] as const]),
    ...bare.map(({ pid, name, reason }) => {
      return ['unguarded', `${replaceControls(name)} (${pid}): ${bareReasons[reason]}`] as const;
    }),
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join('');
}
