import { timingSafeEqual } from 'node:crypto';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { decideAdmin } from './authority.ts';
import type { AuthoritySurroundings } from './authority.ts';
import type { Caller } from './exchange.ts';
import type { RequestHead } from './requestHead.ts';

/** Who may use a route: everybody, whoever may ask, who may steer. */
export type Authority = 'none' | 'eval' | 'admin';

/** Why a request is refused. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
}

/** What access rests on. */
export interface AccessSettings {
  readonly surroundings: AuthoritySurroundings;
  /** The token that steers over TCP; null when none was set, and then nobody steers over TCP. */
  readonly token: string | null;
}

/** Whether a caller has an authority. On the socket it is who the caller is, over TCP what it carries. */
export function checkAccess(
  authority: Authority,
  caller: Caller,
  settings: AccessSettings,
): Result<null, Refusal> {
  if (authority === 'none') return success(null);
  if (caller.door === 'tcp') return checkToken(authority, caller.token, settings.token);
  if (authority === 'eval') return success(null);
  const decided = decideAdmin(caller.readPeer(), settings.surroundings);
  return decided.ok ? success(null) : failure({ status: 403, reason: decided.error });
}

function checkToken(authority: Authority, given: string | null, token: string | null): Result<null, Refusal> {
  if (token === null) {
    return authority === 'eval'
      ? success(null)
      : failure({ status: 401, reason: 'no token was set, so nobody can steer over TCP' });
  }
  if (given === null) return failure({ status: 401, reason: 'a bearer token is needed' });
  return isSameText(given, token) ? success(null) : failure({ status: 401, reason: 'the token is wrong' });
}

/** In a time that tells nothing about the token but its length. */
function isSameText(first: string, second: string): boolean {
  const [one, other] = [Buffer.from(first), Buffer.from(second)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The token of `Authorization: Bearer TOKEN`; the word is case-sensitive, as the peer has it. */
export function bearerTokenOf({ headers }: RequestHead): string | null {
  const authorization = headers.get('authorization');
  return authorization?.startsWith('Bearer ') === true ? authorization.slice('Bearer '.length) : null;
}

/**
 * Why a request over TCP must come from a web page or a misled browser: a page sends its origin, and a name that
 * was made to point here stands in `Host`.
 */
export function webRefusalOf({ headers }: RequestHead): string | null {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  const host = headers.get('host') ?? '';
  if (origin !== undefined || (site !== undefined && site !== 'none')) return 'a web page may not ask';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return ['127.0.0.1', 'localhost', '[::1]'].includes(name) ? null : 'the request is meant for another host';
}
