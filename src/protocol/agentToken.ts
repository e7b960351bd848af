import { isRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';

/** What a token may be used for: asking, steering, reading the stream. The first two are the peer's. */
export type TokenScope = 'eval' | 'admin' | 'stream';

/** Every scope. */
export const tokenScopes: readonly TokenScope[] = ['eval', 'admin', 'stream'];

/** Whether a word names a scope. */
export function isTokenScope(word: unknown): word is TokenScope {
  return tokenScopes.some((scope) => scope === word);
}

/** The name of an agent that a token can be for, as the peer has it. */
export function isAgentName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/** An agent's token without its secret; docs/protocol.md, section 8. Times are RFC 3339. */
export interface TokenView {
  /** The first 12 hex digits of the secret's SHA-256; `credential-` and they name the token in the log. */
  readonly id: string;
  readonly agent: string;
  readonly scopes: readonly TokenScope[];
  /** The first 8 hex digits of the secret, by which its owner recognizes it. */
  readonly masked_prefix: string;
  readonly note: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

/** Reads a token as the endpoint shows it. */
export function parseTokenView(value: unknown): Result<TokenView, string> {
  if (!isRecord(value)) return failure('the token is not an object');
  const { id, agent, scopes, created_at: created } = value;
  if (typeof id !== 'string' || typeof agent !== 'string' || typeof created !== 'string') {
    return failure('the token has no id, agent or time');
  }
  return success({
    id,
    agent,
    scopes: Array.isArray(scopes) ? scopes.filter(isTokenScope) : [],
    masked_prefix: textOrNull(value['masked_prefix']) ?? '',
    note: textOrNull(value['note']) ?? '',
    created_at: created,
    expires_at: textOrNull(value['expires_at']),
    revoked_at: textOrNull(value['revoked_at']),
    last_used_at: textOrNull(value['last_used_at']),
  });
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
