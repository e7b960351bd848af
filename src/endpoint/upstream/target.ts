import { lstatSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../../base/assert.ts';
import { isRecord, parseJson } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';

/** What is said of the upstream. */
export interface UpstreamWish {
  /** An address, or `auto`: wherever the peer's own clients would find it. */
  readonly url: string;
  /** A file that holds the token and nothing else. */
  readonly tokenFile: string | null;
  /** A file of certificates (PEM) that are trusted instead of the system's. */
  readonly authorities: string | null;
  /** Whether nothing runs while the upstream is away, whatever the asker's own fail mode is. */
  readonly failsClosed: boolean;
}

/** What the peer's own clients look at. */
export interface UpstreamSurroundings {
  readonly home: string | null;
  readonly environment: {
    readonly RAMPART_URL?: string | undefined;
    readonly RAMPART_SERVE_URL?: string | undefined;
    readonly RAMPART_TOKEN?: string | undefined;
    /** The token for the upstream alone. */
    readonly RAMPART_UPSTREAM_TOKEN?: string | undefined;
  };
}

/** Where questions are forwarded to. */
export interface UpstreamTarget {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string | null;
  /** PEM text; null trusts the system's. */
  readonly authorities: string | null;
}

/** Where the peer listens when nobody says otherwise. */
const defaultUrl = 'http://localhost:9090';

/** Of an upstream that somebody wished, of which it cannot be read any more which one it is. */
export const unreadableUrl = 'unreadable:';

const unreadableProblem =
  'upstream.json cannot be read here: update, or name one anew by `rampart serve --upstream`';

/** The longest file of the peer's that is read, in bytes; its own limit. */
const maxFileBytes = 1_048_576;

/** The address that is meant by a text; a failure says what is wrong with it. The peer's rules hold. */
export function parseUpstreamUrl(text: string): Result<URL, string> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return failure(`the upstream \`${text}\` is no address`);
  }
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return (url.protocol === 'http:' || url.protocol === 'https:') && isPlain
    ? success(url)
    : failure('the upstream is http:// or https://, without user name, query and fragment');
}

/**
 * Finds address and token as the peer's own clients do: what was said, then the environment, then its files. A token that was not
 * meant for this very upstream goes to this machine alone, and none goes over plain HTTP to another one.
 */
export function findUpstream(
  wish: UpstreamWish,
  surroundings: UpstreamSurroundings,
): Result<UpstreamTarget, string> {
  if (wish.url === unreadableUrl) return failure(unreadableProblem);
  const address = wish.url === 'auto' ? discoverUrl(surroundings) : success(wish.url);
  if (!address.ok) return address;
  const url = parseUpstreamUrl(address.value);
  if (!url.ok) return url;
  const token = findToken(wish, url.value, surroundings);
  if (!token.ok) return token;
  const authorities = wish.authorities === null ? success(null) : readText(wish.authorities);
  if (!authorities.ok) return authorities;
  const text = url.value.href.replace(/\/+$/, '');
  return success({ url: text, token: token.value, authorities: authorities.value });
}

function discoverUrl({ home, environment }: UpstreamSurroundings): Result<string, string> {
  const config =
    home === null ? success(new Map<string, string>()) : readConfig(join(home, '.rampart', 'config.yaml'));
  if (!config.ok) return config;
  const [url, serveUrl] = [config.value.get('url'), config.value.get('serve_url')];
  // A guarded terminal's own variable names us.
  const own = isHttp(environment.RAMPART_URL) ? environment.RAMPART_URL : url;
  const service = isHttp(environment.RAMPART_SERVE_URL) ? environment.RAMPART_SERVE_URL : serveUrl;
  const state = home === null ? null : readServeState(join(home, '.rampart', 'serve.state'));
  return success(own ?? service ?? state ?? defaultUrl);
}

function isHttp(url: string | undefined): url is string {
  return url !== undefined && /^https?:/i.test(url);
}

/** The peer's settings: three keys, each with a text. Another key is an error, as it is there. */
function readConfig(file: string): Result<ReadonlyMap<string, string>, string> {
  const text = readIfThere(file);
  const entries = new Map<string, string>();
  for (const line of (text ?? '').split(/\r?\n/)) {
    if (/^\s*(?:#.*)?$/.test(line) || line === '---') continue;
    const [, key, double, single, plain] =
      /^(url|serve_url|api):\s+(?:"([^"\\]*)"|'([^']*)'|([^\s#"'][^\s#]*))\s*(?:#.*)?$/.exec(line) ?? [];
    const value = double ?? single ?? plain;
    if (key === undefined || value === undefined) return failure(`${file} cannot be read: ${line.trim()}`);
    entries.set(key, value);
  }
  return success(entries);
}

function readServeState(file: string): string | null {
  const parsed = parseJson(readIfThere(file) ?? '');
  const url = parsed.ok && isRecord(parsed.value) ? parsed.value['url'] : null;
  return typeof url === 'string' && url !== '' ? url : null;
}

function findToken(
  wish: UpstreamWish,
  url: URL,
  surroundings: UpstreamSurroundings,
): Result<string | null, string> {
  const isLocal = isLoopback(url.hostname);
  const meant = readMeantToken(wish, surroundings);
  if (!meant.ok) return meant;
  // What was found is no address that somebody meant the token for.
  const isMeant = meant.value !== null && (isLocal || wish.url !== 'auto');
  const token = isMeant ? meant.value : isLocal ? readFoundToken(surroundings) : null;
  if (token === null) return success(null);
  if (/[\r\n]/.test(token)) return failure('the token of the upstream has more than one line');
  return isLocal || url.protocol === 'https:'
    ? success(token)
    : failure('a token goes over plain HTTP to this machine alone; take https://');
}

/** The token that somebody gave for the upstream. */
function readMeantToken(
  { tokenFile }: UpstreamWish,
  { environment }: UpstreamSurroundings,
): Result<string | null, string> {
  if (tokenFile === null) return success(notEmpty(environment.RAMPART_UPSTREAM_TOKEN?.trimEnd()));
  const text = readText(tokenFile);
  return text.ok ? success(notEmpty(text.value.trimEnd())) : text;
}

/** The one that the peer's own clients would send. */
function readFoundToken({ home, environment }: UpstreamSurroundings): string | null {
  const file = home === null ? null : readIfThere(join(home, '.rampart', 'token'));
  return notEmpty(environment.RAMPART_TOKEN) ?? notEmpty(file?.trimEnd());
}

function notEmpty(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

/** Whether a host of an address is this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** A file of the peer's: regular, of a bearable length; null when there is none. */
function readIfThere(file: string): string | null {
  const text = readText(file);
  return text.ok ? text.value : null;
}

function readText(file: string): Result<string, string> {
  try {
    const status = lstatSync(file);
    if (!status.isFile() || status.size > maxFileBytes) return failure(`${file} is no file that can be read`);
    return success(readFileSync(file, 'utf8'));
  } catch (thrown) {
    return failure(`${file} cannot be read: ${messageOf(thrown)}`);
  }
}
