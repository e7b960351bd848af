import { rmSync } from 'node:fs';
import { messageOf } from '../../base/assert.ts';
import type { Logger } from '../../base/logger.ts';
import { isRecord, parseJson } from '../../base/record.ts';
import { readOwnFile, replaceOwnFile } from '../../system/ownFile.ts';
import { unreadableUrl } from './target.ts';
import type { UpstreamWish } from './target.ts';

/** The version of the file's form. */
const format = 1;

/** What settling works with. */
export interface WishParts {
  /** `upstream.json` of the state directory. */
  readonly file: string;
  readonly logger: Logger;
  /** Another upstream is wished than was kept; both as the log names them. */
  readonly onChange: (now: string, before: string) => void;
}

/**
 * The upstream that holds: the one that is wished now, which is kept, else the one that was kept; `none` ends it. So an
 * endpoint that somebody else starts, or that an agent starts anew, goes on in front of the same one.
 */
export function settleUpstream(
  wish: UpstreamWish | null,
  { file, logger, onChange }: WishParts,
): UpstreamWish | null {
  const kept = readKept(file, logger);
  if (wish === null) return kept;
  const held = wish.url === 'none' ? null : wish;
  const [now, before] = [formatWish(held), formatWish(kept)];
  if (now !== before) onChange(now, before);
  try {
    if (held === null) rmSync(file, { force: true });
    else replaceOwnFile(file, `${JSON.stringify({ format, ...held })}\n`);
  } catch (thrown) {
    logger.error(`the upstream cannot be kept: ${messageOf(thrown)}`);
  }
  return held;
}

function readKept(file: string, logger: Logger): UpstreamWish | null {
  const text = readIfThere(file);
  if (text === null) return null;
  const kept = parseJson(text);
  const value = kept.ok && isRecord(kept.value) && kept.value['format'] === format ? kept.value : {};
  const { url, tokenFile = null, authorities = null, failsClosed } = value;
  const isWhole = typeof url === 'string' && isTextOrNull(tokenFile) && isTextOrNull(authorities);
  if (isWhole) return { url, tokenFile, authorities, failsClosed: failsClosed === true };
  logger.error(`the kept upstream cannot be read: ${file}`);
  // Somebody wanted one, and it is not known which: what it would refuse must not run.
  return { url: unreadableUrl, tokenFile: null, authorities: null, failsClosed: true };
}

/** Null when there is none; empty when something stands there that is no file. */
function readIfThere(file: string): string | null {
  try {
    return readOwnFile(file);
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' ? null : '';
  }
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function formatWish(wish: UpstreamWish | null): string {
  if (wish === null) return 'none';
  const { url, tokenFile, authorities, failsClosed } = wish;
  return [
    url,
    ...(tokenFile === null ? [] : [`with the token in ${tokenFile}`]),
    ...(authorities === null ? [] : [`with the certificates in ${authorities}`]),
    ...(failsClosed ? ['nothing runs while it is away'] : []),
  ].join(', ');
}
