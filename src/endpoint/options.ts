import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { isMode, modes } from '../protocol/mode.ts';
import type { Mode } from '../protocol/mode.ts';
import type { ProcessReference } from './authority.ts';
import { parseUpstreamUrl } from './upstream/target.ts';
import type { UpstreamWish } from './upstream/target.ts';

/** How long an endpoint on demand stays after its last user when it is not told. */
export const defaultLingerMs = 60_000;

/** How long a question is held while a person decides, when nobody says otherwise, in milliseconds. */
export const defaultHoldMs = 20_000;

/** The library waits no longer than 120 s. */
const maxHoldSeconds = 110;

const maxLingerSeconds = 86_400;

/** The command line of the endpoint. */
export interface EndpointOptions {
  readonly stateDirectory: string | undefined;
  readonly port: number | null;
  /** Absolute paths. */
  readonly policyFiles: readonly string[];
  readonly withDefaultPolicy: boolean;
  readonly mode: Mode | null;
  readonly onDemand: boolean;
  readonly startedBy: readonly ProcessReference[];
  /** What does not end it, as its starter has it (`nohup`): `SigIgn` of `/proc/PID/status`. */
  readonly ignoredSignals: string;
  readonly lingerMs: number;
  readonly holdMs: number;
  /** Null keeps the one that was kept. */
  readonly upstream: UpstreamWish | null;
}

/** Reads the arguments behind the program's name. A failure says what is wrong with which. */
export function parseEndpointOptions(words: readonly string[]): Result<EndpointOptions, string> {
  const read = readWords(words);
  if (!read.ok) return read;
  const { values } = read.value;
  const port = parseNumber('--port', values.port, { least: 0, most: 65_535 });
  if (!port.ok) return port;
  const linger = parseNumber('--linger', values.linger, { least: 0, most: maxLingerSeconds });
  if (!linger.ok) return linger;
  const hold = parseNumber('--hold', values.hold, { least: 0, most: maxHoldSeconds });
  if (!hold.ok) return hold;
  const startedBy = parseReferences(values['started-by']);
  if (!startedBy.ok) return startedBy;
  const upstream = parseUpstream(values);
  if (!upstream.ok) return upstream;
  const { mode = null } = values;
  if (mode !== null && !isMode(mode)) return failure(`--mode is one of ${modes.join(', ')}`);
  return success({
    stateDirectory: values['state-dir'],
    port: port.value,
    policyFiles: (values.policy ?? []).map((file) => resolve(file)),
    withDefaultPolicy: values['no-default-policy'] !== true,
    mode,
    onDemand: values['on-demand'] === true,
    startedBy: startedBy.value,
    ignoredSignals: values['ignored-signals'] ?? '',
    upstream: upstream.value,
    holdMs: millisecondsOf(hold.value, defaultHoldMs),
    lingerMs: millisecondsOf(linger.value, defaultLingerMs),
  });
}

const known = {
  'state-dir': { type: 'string' },
  port: { type: 'string' },
  policy: { type: 'string', multiple: true },
  'no-default-policy': { type: 'boolean' },
  mode: { type: 'string' },
  'on-demand': { type: 'boolean' },
  'started-by': { type: 'string' },
  'ignored-signals': { type: 'string' },
  linger: { type: 'string' },
  hold: { type: 'string' },
  upstream: { type: 'string' },
  'upstream-token-file': { type: 'string' },
  'upstream-ca': { type: 'string' },
  'upstream-fail-closed': { type: 'boolean' },
} as const;

type Words = ReturnType<typeof parseArgs<{ args: string[]; options: typeof known; strict: true }>>;

function readWords(words: readonly string[]): Result<Words, string> {
  try {
    return success(parseArgs({ args: [...words], options: known, strict: true }));
  } catch (thrown) {
    return failure(messageOf(thrown));
  }
}

function parseUpstream(values: Words['values']): Result<UpstreamWish | null, string> {
  const { upstream: url, 'upstream-token-file': tokenFile, 'upstream-ca': authorities } = values;
  const failsClosed = values['upstream-fail-closed'] === true;
  if (url === undefined) {
    const isAlone = tokenFile !== undefined || authorities !== undefined || failsClosed;
    return isAlone ? failure('what is said of an upstream needs --upstream') : success(null);
  }
  const known = url === 'auto' || url === 'none' ? success(url) : parseUpstreamUrl(url);
  if (!known.ok) return failure(`--upstream: ${known.error}`);
  return success({
    url,
    tokenFile: tokenFile === undefined ? null : resolve(tokenFile),
    authorities: authorities === undefined ? null : resolve(authorities),
    failsClosed,
  });
}

function parseNumber(
  name: string,
  text: string | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): Result<number | null, string> {
  if (text === undefined) return success(null);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return value < least || value > most
    ? failure(`${name} is a whole number from ${least} to ${most}`)
    : success(value);
}

function millisecondsOf(seconds: number | null, absent: number): number {
  return seconds === null ? absent : seconds * 1_000;
}

function parseReferences(text: string | undefined): Result<readonly ProcessReference[], string> {
  const references = (text ?? '').split(',').filter((part) => part !== '');
  return references.every((part) => /^\d{1,10}:\d{1,15}$/.test(part))
    ? success(references.map(toReference))
    : failure('--started-by is written PID:STARTTICKS,…');
}

function toReference(text: string): ProcessReference {
  const [pid, started] = text.split(':').map(Number);
  return { pid: pid ?? 0, started: started ?? 0 };
}
