import { request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { isRecord, parseJson } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { protocolVersion, versionHeader } from '../protocol/version.ts';
import type { EndpointAddress } from './endpointAddress.ts';

/**
 * Why a call brought no answer that can be used: nobody listens, or the connection was cut; no answer in time;
 * the endpoint cannot at present (5xx); it will not for this caller (401, 403); it does not take the request
 * (any other status); its answer is not as the protocol has it.
 */
export type ClientFailureCode =
  'unreachable' | 'timeout' | 'unavailable' | 'refused' | 'rejected' | 'malformed';

/** A failure with the endpoint's own reason where it gave one. */
export interface ClientFailure {
  readonly code: ClientFailureCode;
  readonly message: string;
}

/** One request. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, without the address's prefix. */
  readonly path: string;
  /** JSON text as it is sent; null for none. */
  readonly body: Buffer | null;
  readonly token: string | null;
  readonly timeoutMs: number;
}

/** The longest answer that is read; a page of the audit log is the longest there is. */
export const maxAnswerBytes = 16 * 1_048_576;

/** The kernel's queue of a busy endpoint was full (EAGAIN): how long until the next try, in milliseconds. */
const busyRetryMs = 5;

/** Sends one request and reads its JSON answer; never rejects. */
export async function exchangeJson(
  address: EndpointAddress,
  exchange: Exchange,
): Promise<Result<unknown, ClientFailure>> {
  const deadline = performance.now() + exchange.timeoutMs;
  for (;;) {
    const left = deadline - performance.now();
    const answer = await exchangeOnce(address, { ...exchange, timeoutMs: Math.max(left, 1) });
    if (answer !== 'busy') return answer;
    if (left <= busyRetryMs) return failure({ code: 'timeout', message: 'the endpoint is busy' });
    await new Promise((resolve) => setTimeout(resolve, busyRetryMs));
  }
}

/** The options of node:http for a route at an address. */
export function requestOptions(
  address: EndpointAddress,
  path: string,
  token: string | null,
): Omit<RequestOptions, 'headers'> & { readonly headers: Readonly<Record<string, string>> } {
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const version = { [versionHeader]: String(protocolVersion) };
  if (address.kind === 'socket') {
    return {
      socketPath: address.path,
      path,
      agent: false,
      headers: { host: 'rampart', ...version, ...authorization },
    };
  }
  const { host, port, prefix } = address;
  return { host, port, path: `${prefix}${path}`, agent: false, headers: { ...version, ...authorization } };
}

type Answer = Result<unknown, ClientFailure>;

function exchangeOnce(address: EndpointAddress, exchange: Exchange): Promise<Answer | 'busy'> {
  const { method, path, body, token, timeoutMs } = exchange;
  const options = requestOptions(address, path, token);
  const content = body === null ? {} : { 'content-type': 'application/json', 'content-length': body.length };
  const headers = { ...options.headers, ...content, connection: 'close' };
  return new Promise((resolve) => {
    const call = request({ ...options, method, headers });
    const settle = (answer: Answer | 'busy'): void => {
      clearTimeout(timer);
      resolve(answer);
      call.destroy();
    };
    const timer = setTimeout(() => {
      settle(failure({ code: 'timeout', message: `no answer within ${Math.round(timeoutMs)} ms` }));
    }, timeoutMs);
    call.on('error', (error) => settle(isBusy(error) ? 'busy' : unreachable(error.message)));
    call.once('response', (response) => readAnswer(response, settle));
    call.end(body ?? undefined);
  });
}

function readAnswer(response: IncomingMessage, settle: (answer: Answer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxAnswerBytes) settle(malformed(`the answer is longer than ${maxAnswerBytes} bytes`));
  });
  response.on('error', (error) => settle(unreachable(error.message)));
  response.on('end', () => settle(parseAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString())));
}

function parseAnswer(status: number, text: string): Answer {
  const body = parseJson(text);
  if (status === 200 || status === 201)
    return body.ok ? success(body.value) : malformed(`it answers with no JSON: ${body.error}`);
  const told = body.ok && isRecord(body.value) ? body.value['error'] : null;
  const message = typeof told === 'string' ? told : `the endpoint answered with status ${status}`;
  if (status === 401 || status === 403) return failure({ code: 'refused', message });
  return failure({ code: status >= 500 && status <= 599 ? 'unavailable' : 'rejected', message });
}

function isBusy(error: Error): boolean {
  return 'code' in error && error.code === 'EAGAIN';
}

function unreachable(message: string): Answer {
  return failure({ code: 'unreachable', message });
}

function malformed(message: string): Answer {
  return failure({ code: 'malformed', message });
}
