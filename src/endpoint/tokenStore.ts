import { createHash, timingSafeEqual } from 'node:crypto';
import { messageOf } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { TokenScope, TokenView } from '../protocol/agentToken.ts';
import { readKeptTokens, writeKeptTokens } from './tokenFile.ts';
import type { KeptToken } from './tokenFile.ts';

/** How many tokens are known at once, ended ones included. */
const maxTokens = 256;

/** How long an ended token is still known, so that its use can be told from a wrong one's, in milliseconds. */
const endedLifeMs = 30 * 86_400_000;

/** How often it is looked which tokens have ended, in milliseconds. */
const sweepIntervalMs = 1_000;

/** The secret is this and 24 random bytes in hex, as the peer's are. */
const secretPrefix = 'rampart_';
const secretBytes = 24;

const idDigits = 12;

/** A token that is to be made; `expiresAt` in milliseconds since 1970, null for never. */
export interface TokenOrder {
  readonly agent: string;
  readonly scopes: readonly TokenScope[];
  readonly note: string;
  readonly expiresAt: number | null;
}

/** A token of which the secret was shown. */
export interface ShownToken {
  readonly id: string;
  readonly agent: string;
  readonly scopes: readonly TokenScope[];
  /** Why it holds no more; null while it does. */
  readonly ended: 'revoked' | 'expired' | null;
}

/** What the store needs of the world. */
export interface TokenStoreSettings {
  /** `tokens.json` of the state directory. */
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly createRandom: (bytes: number) => Buffer;
}

/**
 * Owns the agents' tokens. Of a secret only its hash is kept, in memory as on disk; it is told once, to who ordered it.
 * The file is read at the start alone: while an endpoint runs, it believes what it knows.
 */
export class TokenStore implements Disposable {
  readonly #settings: TokenStoreSettings;
  readonly #ended = new Emitter<string>();
  readonly #timer: NodeJS.Timeout;
  #tokens: readonly KeptToken[];
  /** Those of which the end was told. */
  readonly #told = new Set<string>();
  #isUsedSinceWritten = false;

  /** The id of a token that was revoked or has expired. */
  readonly onDidEnd = this.#ended.event;

  constructor(settings: TokenStoreSettings) {
    this.#settings = settings;
    this.#tokens = readKeptTokens(settings.file, settings.logger).slice(-maxTokens);
    for (const token of this.#tokens) if (this.#endOf(token) !== null) this.#told.add(token.hash);
    this.#timer = setInterval(() => this.#sweep(), sweepIntervalMs);
    this.#timer.unref();
  }

  /** Whether who asks over TCP has to show a token: some agent has one that nobody took back. */
  get isRequired(): boolean {
    return this.#tokens.some(({ revokedAt }) => revokedAt === null);
  }

  list(): readonly TokenView[] {
    return this.#tokens.map(viewOf);
  }

  /** Makes a token and tells its secret. A failure says why there is none. */
  create(order: TokenOrder): Result<{ readonly secret: string; readonly view: TokenView }, string> {
    this.#forgetEnded();
    if (this.#tokens.length >= maxTokens)
      return failure(`there are ${maxTokens} tokens already; revoke some`);
    const digits = this.#settings.createRandom(secretBytes).toString('hex');
    const secret = `${secretPrefix}${digits}`;
    const token: KeptToken = {
      ...order,
      hash: hashOf(secret).toString('hex'),
      maskedPrefix: digits.slice(0, 8),
      createdAt: this.#settings.clock.now(),
      revokedAt: null,
      lastUsedAt: null,
    };
    const before = this.#tokens;
    this.#tokens = [...before, token];
    const kept = this.#keep();
    if (kept.ok) return success({ secret, view: viewOf(token) });
    this.#tokens = before;
    return kept;
  }

  /** Takes a token back, at once. Null when there is none; a failure when it would hold again after a restart. */
  revoke(id: string): Result<TokenView | null, string> {
    const token = this.#tokens.find((each) => idOf(each) === id);
    if (token === undefined) return success(null);
    const revoked = { ...token, revokedAt: token.revokedAt ?? this.#settings.clock.now() };
    this.#put(token, revoked);
    this.#sweep();
    const kept = this.#keep();
    return kept.ok ? success(viewOf(revoked)) : kept;
  }

  /** The token with this secret; null when nobody knows it. Takes as long whichever it is. */
  find(secret: string): ShownToken | null {
    const hash = hashOf(secret);
    let found: KeptToken | null = null;
    for (const token of this.#tokens) {
      if (timingSafeEqual(Buffer.from(token.hash, 'hex'), hash)) found = token;
    }
    if (found === null) return null;
    const ended = this.#endOf(found);
    if (ended === null) this.#noteUse(found);
    return { id: idOf(found), agent: found.agent, scopes: found.scopes, ended };
  }

  dispose(): void {
    clearInterval(this.#timer);
    if (this.#isUsedSinceWritten) this.#keep();
    this.#ended.dispose();
  }

  #noteUse(token: KeptToken): void {
    this.#isUsedSinceWritten = true;
    this.#put(token, { ...token, lastUsedAt: this.#settings.clock.now() });
  }

  #put(token: KeptToken, changed: KeptToken): void {
    this.#tokens = this.#tokens.map((each) => (each === token ? changed : each));
  }

  #endOf({ revokedAt, expiresAt }: KeptToken): ShownToken['ended'] {
    if (revokedAt !== null) return 'revoked';
    return expiresAt !== null && this.#settings.clock.now() >= expiresAt ? 'expired' : null;
  }

  /** Tells once of each that has ended. */
  #sweep(): void {
    for (const token of this.#tokens) {
      if (this.#told.has(token.hash) || this.#endOf(token) === null) continue;
      this.#told.add(token.hash);
      this.#ended.fire(idOf(token));
    }
  }

  /** Those that ended long ago, and the one that ended first where there is no more room. */
  #forgetEnded(): void {
    const endedAt = (token: KeptToken): number =>
      this.#endOf(token) === null ? Infinity : (token.revokedAt ?? token.expiresAt ?? 0);
    const from = this.#settings.clock.now() - endedLifeMs;
    const kept = this.#tokens.filter((token) => endedAt(token) > from);
    const first = kept.toSorted((one, other) => endedAt(one) - endedAt(other))[0];
    const isFull = kept.length >= maxTokens && first !== undefined && endedAt(first) < Infinity;
    this.#tokens = isFull ? kept.filter((token) => token !== first) : kept;
  }

  #keep(): Result<null, string> {
    try {
      writeKeptTokens(this.#tokens, this.#settings.file);
      this.#isUsedSinceWritten = false;
      return success(null);
    } catch (thrown) {
      const message = `the tokens cannot be kept: ${messageOf(thrown)}`;
      this.#settings.logger.error(message);
      return failure(message);
    }
  }
}

/** The name of a token in the log, as the peer writes it. */
export function credentialOf({ id }: Pick<ShownToken, 'id'>): string {
  return `credential-${id}`;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function idOf({ hash }: KeptToken): string {
  return hash.slice(0, idDigits);
}

function viewOf(token: KeptToken): TokenView {
  const { agent, scopes, maskedPrefix, note, createdAt, expiresAt, revokedAt, lastUsedAt } = token;
  return {
    id: idOf(token),
    agent,
    scopes,
    masked_prefix: maskedPrefix,
    note,
    created_at: new Date(createdAt).toISOString(),
    expires_at: timeText(expiresAt),
    revoked_at: timeText(revokedAt),
    last_used_at: timeText(lastUsedAt),
  };
}

function timeText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
