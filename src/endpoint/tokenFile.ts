import type { Logger } from '../base/logger.ts';
import { isRecord, parseJson } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { isAgentName, isTokenScope } from '../protocol/agentToken.ts';
import type { TokenScope } from '../protocol/agentToken.ts';
import { readOwnFile, replaceOwnFile } from '../system/ownFile.ts';
import { putAside } from './putAside.ts';

/** A token as it is kept: its hash, never itself. Times are milliseconds since 1970. */
export interface KeptToken {
  /** SHA-256 of the secret in hex. */
  readonly hash: string;
  readonly maskedPrefix: string;
  readonly agent: string;
  readonly scopes: readonly TokenScope[];
  readonly note: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** The version of the file's form. */
const format = 1;

/** The kept tokens. A file that cannot be read holds none, and is put aside so that nothing is written over it. */
export function readKeptTokens(file: string, logger: Logger): readonly KeptToken[] {
  let text: string;
  try {
    text = readOwnFile(file);
  } catch {
    return [];
  }
  const kept = parseJson(text);
  const value = kept.ok && isRecord(kept.value) ? kept.value : {};
  const { format: found = format, tokens } = value;
  if (Array.isArray(tokens) && found === format) return tokens.filter(isRecord).flatMap(parseKept);
  putAside(file, 'the kept tokens cannot be read, so no token holds', logger);
  return [];
}

/** Keeps the tokens; the file is whole at every moment. */
export function writeKeptTokens(tokens: readonly KeptToken[], file: string): void {
  const text = JSON.stringify({ format, tokens: tokens.map(formatKept) });
  replaceOwnFile(file, `${text}\n`);
}

/** Under the peer's names where it has them. */
function formatKept(token: KeptToken): object {
  const { hash, agent, scopes, note, maskedPrefix, revokedAt } = token;
  return {
    hash,
    agent,
    scopes,
    masked_prefix: maskedPrefix,
    note,
    created_at: timeText(token.createdAt),
    expires_at: timeText(token.expiresAt),
    revoked: revokedAt !== null,
    revoked_at: timeText(revokedAt),
    last_used_at: timeText(token.lastUsedAt),
  };
}

/** What is not whole is no token. */
function parseKept(value: UnknownRecord): readonly KeptToken[] {
  const { hash, agent, scopes } = value;
  const createdAt = timeIn(value, 'created_at');
  const isWhole = typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) && isAgentName(agent);
  if (!isWhole || !Array.isArray(scopes) || !scopes.every(isTokenScope) || createdAt === null) return [];
  return [
    {
      hash,
      agent,
      scopes,
      note: textIn(value, 'note'),
      maskedPrefix: textIn(value, 'masked_prefix'),
      createdAt,
      expiresAt: endIn(value, createdAt),
      revokedAt: timeIn(value, 'revoked_at') ?? (value['revoked'] === true ? createdAt : null),
      lastUsedAt: timeIn(value, 'last_used_at'),
    },
  ];
}

/** An end that cannot be read has come. */
function endIn(value: UnknownRecord, createdAt: number): number | null {
  const isEndless = (value['expires_at'] ?? null) === null;
  return isEndless ? null : (timeIn(value, 'expires_at') ?? createdAt);
}

function textIn(value: UnknownRecord, name: string): string {
  const text = value[name];
  return typeof text === 'string' ? text : '';
}

function timeIn(value: UnknownRecord, name: string): number | null {
  const text = value[name];
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function timeText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
