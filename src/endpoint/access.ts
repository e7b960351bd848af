import { timingSafeEqual } from 'node:crypto';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import { protocolVersion, versionHeader } from '../protocol/version.ts';
import { decideAdmin } from './authority.ts';
import type { AuthoritySurroundings } from './authority.ts';
import type { Caller } from './exchange.ts';
import type { RequestHead } from './requestHead.ts';
import { credentialOf } from './tokenStore.ts';
import type { ShownToken, TokenStore } from './tokenStore.ts';

/**
 * Who may use a route: everybody, whoever may ask, read the stream, or steer; and who owns the endpoint, which no
 * agent's token makes anybody: who makes tokens must not be one.
 */
export type Authority = 'none' | 'eval' | 'stream' | 'admin' | 'owner';

/** As whom a request is let in. */
export interface Admission {
  /** Whether the caller owns the endpoint. */
  readonly isOwner: boolean;
  /** The agent's token that was shown; who asks with one asks as its agent, whatever it says. */
  readonly token: ShownToken | null;
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
}

/** What access rests on. */
export interface AccessSettings {
  readonly surroundings: AuthoritySurroundings;
  /** The owner's token, for TCP; null when none was set, and then nobody owns over TCP. */
  readonly token: string | null;
  /** The agents' tokens. */
  readonly tokens: Pick<TokenStore, 'find' | 'isRequired'>;
}

const anybody: Admission = { isOwner: false, token: null };
const owner: Admission = { isOwner: true, token: null };

/** As whom a caller has an authority. On the socket it is who the caller is, over TCP what it carries. */
export function checkAccess(
  authority: Authority,
  caller: Caller,
  settings: AccessSettings,
): Result<Admission, Refusal> {
  if (authority === 'none') return success(anybody);
  if (caller.door === 'tcp') return checkToken(authority, caller.token, settings);
  if (authority === 'eval') return success({ isOwner: false, token: tokenShown(caller.token, settings) });
  const decided = decideAdmin(caller.readPeer(), settings.surroundings);
  return decided.ok ? success(owner) : failure({ status: 403, reason: decided.error });
}

/** On the socket a token tells only whose question it is; one that does not hold tells nothing. */
function tokenShown(given: string | null, { tokens }: AccessSettings): ShownToken | null {
  const shown = given === null || !tokens.isRequired ? null : tokens.find(given);
  return shown?.ended === null ? shown : null;
}

function checkToken(
  authority: Authority,
  given: string | null,
  { token, tokens }: AccessSettings,
): Result<Admission, Refusal> {
  const isOpen = authority === 'eval' && token === null && !tokens.isRequired;
  if (given === null) return isOpen ? success(anybody) : refused(401, reasonWithout(authority, token));
  if (token !== null && isSameText(given, token)) return success(owner);
  const shown = tokens.find(given);
  // Who needs no token may carry one that is for somebody else.
  if (shown === null) return isOpen ? success(anybody) : refused(401, 'the token is wrong');
  const name = `${credentialOf(shown)} of ${shown.agent}`;
  if (shown.ended !== null) return refused(401, `the token ${name} ${endings[shown.ended]}`);
  return isWithin(authority, shown)
    ? success({ isOwner: false, token: shown })
    : refused(403, `the token ${name} is not for this: its scopes are ${shown.scopes.join(', ')}`);
}

function reasonWithout(authority: Authority, token: string | null): string {
  return authority !== 'eval' && token === null
    ? 'no token was set, so nobody can steer over TCP without one'
    : 'a bearer token is needed';
}

const endings = { revoked: 'was revoked', expired: 'has expired' } as const;

function isWithin(authority: Authority, { scopes }: ShownToken): boolean {
  switch (authority) {
    case 'none':
      return true;
    case 'eval':
    case 'admin':
      return scopes.includes(authority);
    case 'stream':
      return scopes.includes('stream') || scopes.includes('admin');
    case 'owner':
      return false;
  }
}

function refused(status: Refusal['status'], reason: string): Result<never, Refusal> {
  return failure({ status, reason });
}

/** A question as the agent's whose token was shown, whatever name it gives itself. */
export function bindAgent(question: ExecRequest, token: ShownToken | null): ExecRequest {
  return token === null ? question : { ...question, agent: token.agent, credential: credentialOf(token) };
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

/** Why a request of a later version cannot be understood; null for ours, and for one that says none. */
export function versionRefusalOf({ headers }: RequestHead): string | null {
  const version = headers.get(versionHeader);
  if (version === undefined || /^0*[01]$/.test(version)) return null;
  const own = `this endpoint speaks protocol ${protocolVersion}`;
  return `${own}, the request is of protocol ${version.slice(0, 16)}: update the endpoint`;
}
