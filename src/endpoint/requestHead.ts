import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';

/** The first lines of a request, as RFC 9112 has them. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** By lower-case name; what stands several times is joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: BodyFraming;
  /** Whether the client wants to ask more on this connection. */
  readonly keepsOpen: boolean;
  /** Whether the client sends its body only when it is told to go on. */
  readonly awaitsContinue: boolean;
}

/** How the end of a body is found; a length of 0 is no body. */
export type BodyFraming = { readonly kind: 'length'; readonly length: number } | { readonly kind: 'chunked' };

/** How many header fields one request may have. */
const maxHeaders = 128;

const requestLine = /^([A-Z]{1,16}) (\/[\x21-\x7e]*) HTTP\/1\.([01])$/;
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*)$/;

/** Fields that say where a request ends or whom it is for: two of them would be two requests to two readers. */
const single = new Set(['host', 'content-length', 'transfer-encoding', 'authorization']);

/**
 * Reads a head without its empty line. Strict, so that nobody reads it in another way: one space, CRLF, no folded
 * lines, one length. A failure is a sentence for the client.
 */
export function parseRequestHead(text: string): Result<RequestHead, string> {
  const [first = '', ...lines] = text.split('\r\n');
  const [, method, target, minor] = requestLine.exec(first) ?? [];
  if (method === undefined || target === undefined) return failure('the request line could not be read');
  const headers = parseHeaders(lines);
  if (!headers.ok) return headers;
  const isModern = minor === '1';
  if (isModern && !headers.value.has('host')) return failure('the request names no host');
  const body = framingOf(headers.value, isModern);
  if (!body.ok) return body;
  return success({
    method,
    target,
    headers: headers.value,
    body: body.value,
    keepsOpen: isKeptOpen(headers.value.get('connection'), isModern),
    awaitsContinue: isModern && headers.value.get('expect')?.toLowerCase() === '100-continue',
  });
}

function isKeptOpen(connection: string | undefined, isModern: boolean): boolean {
  const words = connection?.toLowerCase() ?? '';
  return isModern ? !/\bclose\b/.test(words) : /\bkeep-alive\b/.test(words);
}

function parseHeaders(lines: readonly string[]): Result<ReadonlyMap<string, string>, string> {
  if (lines.length > maxHeaders) return failure(`the request has more than ${maxHeaders} header fields`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name === undefined || value === undefined) return failure('a header field could not be read');
    const key = name.toLowerCase();
    const before = headers.get(key);
    if (before !== undefined && single.has(key)) return failure(`${key} stands twice`);
    headers.set(key, before === undefined ? value.trimEnd() : `${before}, ${value.trimEnd()}`);
  }
  return success(headers);
}

function framingOf(headers: ReadonlyMap<string, string>, isModern: boolean): Result<BodyFraming, string> {
  const length = headers.get('content-length');
  const encoding = headers.get('transfer-encoding');
  if (encoding !== undefined) {
    const isUsable = isModern && length === undefined && encoding.toLowerCase() === 'chunked';
    return isUsable ? success({ kind: 'chunked' }) : failure('the transfer encoding cannot be used');
  }
  if (length === undefined) return success({ kind: 'length', length: 0 });
  return /^\d{1,15}$/.test(length)
    ? success({ kind: 'length', length: Number(length) })
    : failure('the content length is no number');
}
