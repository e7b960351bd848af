import type { Result } from '../base/result.ts';
import type { UpstreamStatus } from '../client/endpointClient.ts';
import type { ClientFailure } from '../client/httpExchange.ts';
import type { Health } from '../protocol/health.ts';
import { bad, good } from './check.ts';
import type { Check } from './check.ts';
import { findMount, isNetworkMount } from './mounts.ts';

/** What is known of the state directory and the endpoint. */
export interface EndpointFacts {
  readonly directory: string;
  /** Null when there is none yet. */
  readonly entry: { readonly isFolder: boolean; readonly uid: number; readonly mode: number } | null;
  /** What keeps a missing one from being made; null when nothing does. */
  readonly obstacle: string | null;
  /** Names of what the endpoint could not read there and put aside. */
  readonly putAside: readonly string[];
  readonly uid: number;
  readonly mountInfo: string;
  readonly health: Result<Health, ClientFailure>;
  readonly version: string;
  /** The library is in this very process. */
  readonly isGuarded: boolean;
  /** What is wrong with policy files, as the endpoint says. */
  readonly policyProblems: readonly string[];
  /** What in policy files is surely not meant as it is written. */
  readonly policyWarnings: readonly string[];
  /** Why the audit log cannot be written, as the endpoint says; null while it can. */
  readonly logProblem: string | null;
  /** Null without one, and where the endpoint tells nobody of it. */
  readonly upstream: UpstreamStatus | null;
  /** How many records could not be written, since it started. */
  readonly lostRecords: number;
}

/** What of the endpoint and its directory keeps programs from being guarded. */
export function checkEndpoint(facts: EndpointFacts): readonly Check[] {
  return [
    checkDirectory(facts),
    ...checkPutAside(facts),
    ...checkHealth(facts, checkDirectory(facts).status === 'ok'),
    ...checkPolicies(facts),
    ...checkLog(facts),
    ...checkUpstream(facts),
  ];
}

function checkDirectory({ directory, entry, obstacle, uid, mountInfo }: EndpointFacts): Check {
  const name = 'state directory';
  const elsewhere = 'name another one with RAMPART_STATE_DIR, in the editor and in your shell';
  const mount = findMount(mountInfo, directory);
  if (mount !== null && isNetworkMount(mount))
    return bad(name, 'problem', [
      `${directory} is on a network file system (${mount.type} at ${mount.path}), where sockets and locks do not hold`,
      elsewhere,
    ]);
  if (obstacle !== null)
    return bad(name, 'problem', [
      `${directory} cannot be made: ${obstacle}`,
      'let your user write there; or set HOME, or RAMPART_STATE_DIR where only that is elsewhere, to where they may',
    ]);
  if (entry === null) return good(name, `${directory}, which is made on demand`);
  if (!entry.isFolder) return bad(name, 'problem', [`${directory} is no directory`, 'move it away']);
  if (entry.uid !== uid)
    return bad(name, 'problem', [`${directory} belongs to user ${entry.uid}`, elsewhere]);
  if ((entry.mode & 0o022) !== 0)
    return bad(name, 'problem', [
      `others may write ${directory} (mode ${(entry.mode & 0o777).toString(8)})`,
      `\`chmod 700 ${directory}\`, after a look at what is in it`,
    ]);
  return good(name, directory);
}

function checkPutAside({ directory, putAside }: EndpointFacts): readonly Check[] {
  if (putAside.length === 0) return [];
  return [
    bad('kept files', 'warning', [
      `the endpoint could not read, and put aside, ${putAside.join(', ')} in ${directory}: a later version wrote it, or it is broken`,
      'update to that version and take the ending off again while no endpoint runs, or delete it',
    ]),
  ];
}

function checkHealth(
  { health, version, isGuarded, directory }: EndpointFacts,
  canStart: boolean,
): readonly Check[] {
  if (!health.ok) {
    if (health.error.code !== 'unreachable')
      return [
        bad('endpoint', 'problem', [
          `it is in trouble: ${health.error.message}`,
          `look at ${directory}/endpoint.log; \`rampart stop\` ends it, the next start is a new one`,
        ]),
      ];
    return isGuarded
      ? [
          bad('endpoint', 'problem', [
            'nobody listens, so what this terminal starts follows the fail mode',
            'open a window of the editor, or run `rampart serve`',
          ]),
        ]
      : [
          bad('endpoint', 'note', [
            'nobody listens',
            canStart
              ? 'nothing has to be done: the editor and `rampart preload` start one on demand'
              : 'none can be started before the state directory is right',
          ]),
        ];
  }
  const { value } = health;
  const other =
    value.version === version
      ? good('endpoint', `version ${value.version}, mode ${value.mode}`)
      : bad('endpoint', 'warning', [
          `it is version ${value.version}, this is ${version}`,
          'run `rampart stop`; the next start is of this version',
        ]);
  if (value.mode === 'enforce') return [other];
  return [
    other,
    bad('mode', 'warning', [
      `it is \`${value.mode}\`: nothing is refused`,
      'switch it with `rampart mode enforce`',
    ]),
  ];
}

function checkPolicies({ policyProblems, policyWarnings }: EndpointFacts): readonly Check[] {
  const told = [
    { what: 'not all policy files count', which: policyProblems },
    { what: 'not all rules say what is meant', which: policyWarnings },
  ];
  return told
    .filter(({ which }) => which.length > 0)
    .map(({ what, which }) =>
      bad('policy', 'warning', [
        `${what}: ${which.join('; ')}`,
        'correct them; `rampart policy lint` tells more',
      ]),
    );
}

function checkLog({ logProblem, lostRecords, directory }: EndpointFacts): readonly Check[] {
  const waiting =
    logProblem === null
      ? []
      : [
          bad('log', 'warning', [
            logProblem,
            `make room for ${directory}/audit; programs are decided about meanwhile, and what waits is written then`,
          ]),
        ];
  if (lostRecords === 0) return waiting;
  return [
    ...waiting,
    bad('log', 'warning', [
      `${lostRecords} records are lost: ${directory} had no room for them, or its journal was full`,
      'make room on the disk, and keep an endpoint running where programs are guarded: `rampart serve`',
    ]),
  ];
}

function checkUpstream({ upstream }: EndpointFacts): readonly Check[] {
  if (upstream === null) return [];
  const { wished, url, state, reason } = upstream;
  const where = url ?? wished;
  if (state === 'connected' || state === 'idle') return [good('upstream', `${where} is ${state}`)];
  const why = reason === null ? '' : `: ${reason}`;
  return [
    state === 'away'
      ? bad('upstream', 'warning', [
          `${where} is away${why}`,
          'start it there; until then this endpoint decides alone, or refuses where its fail mode is closed',
        ])
      : bad('upstream', 'problem', [
          `${where} cannot be used${why}`,
          'correct the address or the token (`rampart serve --upstream`, or the setting of the editor); until then everything is refused that would be asked there',
        ]),
  ];
}
