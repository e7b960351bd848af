import { messageOf } from '../base/assert.ts';
import { isRecord } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Disposable } from '../base/disposable.ts';

/** Who stands at the other end of our Unix socket, by the kernel's word. */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
}

/** Where a request came in, and what is known of its sender. */
export type Caller =
  | {
      readonly door: 'socket';
      /** Asks the kernel; null when it does not say. */
      readonly readPeer: () => Peer | null;
      readonly token: string | null;
    }
  | { readonly door: 'tcp'; readonly token: string | null };

/** How a question was put. */
export interface Asked {
  /** Null where the asker cannot be held. */
  readonly wait: PatientAsker | null;
  /** Whether every value of the question is known to the byte. */
  readonly isExact: boolean;
  /** The process that the kernel names as the asker; null where it names none. */
  readonly peer: () => number | null;
  /** Whether another endpoint asks for somebody: it is the one to ask its upstream. */
  readonly isForwarded: boolean;
}

/** The process at the other end, by the kernel's word; null where that is not known. */
export function peerOf(caller: Caller): number | null {
  return caller.door === 'socket' ? (caller.readPeer()?.pid ?? null) : null;
}

/** A request without its transport. */
export interface EndpointRequest {
  readonly method: string;
  /** The path without its query, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
  /** `Last-Event-ID`; null when absent or no number. */
  readonly lastEventId: number | null;
  /** How the asker waits while it is told that somebody decides (`Prefer: wait`, `102`); null when it does not. */
  readonly wait: PatientAsker | null;
  readonly caller: Caller;
}

/** An asker that waits for a person; docs/protocol.md, section 3. */
export interface PatientAsker {
  /** How long it waits at most. */
  readonly seconds: number;
  /** Whether it is still there. */
  isOpen(): boolean;
  /** Tells it to go on waiting; it gives up after 2 s without. */
  sendProcessing(): void;
}

/** Where a stream's bytes go. */
export interface StreamSink {
  /** Bytes that several streams get are told as bytes, so that all queues hold the same ones. */
  write(text: string | Uint8Array): void;
  /** Bytes that were written and not yet taken by the reader. */
  queuedBytes(): number;
  /** Calls once, when everything written was taken. */
  onceDrained(listener: () => void): void;
  end(): void;
}

/** An answer without its transport: one JSON value, files one behind the other, or a stream that lasts until its reader leaves. */
export type EndpointResponse =
  | { readonly kind: 'json'; readonly status: number; readonly body: object }
  | { readonly kind: 'files'; readonly descriptors: readonly number[]; readonly contentType: string }
  | { readonly kind: 'stream'; readonly open: (sink: StreamSink) => Disposable };

/** An answer with a body. */
export function respond(status: number, body: object): EndpointResponse {
  return { kind: 'json', status, body };
}

/** The answer to a request that cannot be served. */
export function refuse(status: number, error: string): EndpointResponse {
  return respond(status, { error });
}

/**
 * How many values a body has at most, and how many of them may be lists, objects or members of one. A question has as many
 * arguments as a kernel takes, and few members: others would cost more to read than to judge.
 */
const maxValues = 600_000;
const maxMembers = 65_536;

/** Reads the body as exactly one JSON value. */
export function parseBody(request: Pick<EndpointRequest, 'text'>): Result<unknown, string> {
  if (hasTooManyValues(request.text)) return failure('the body has too many values');
  try {
    const value: unknown = JSON.parse(request.text);
    return isRecord(value) ? foldKeys(value) : success(value);
  } catch (thrown) {
    return failure(`the body is not one JSON value: ${messageOf(thrown)}`);
  }
}

function hasTooManyValues(text: string): boolean {
  if (text.length <= maxMembers) return false;
  let values = 0;
  let members = 0;
  let isInText = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === quote) isInText = !isInText;
    else if (character === backslash) index += 1;
    else if (isInText) continue;
    else if (character === comma) values += 1;
    else if (character === colon || character === bracket || character === brace) members += 1;
  }
  return values > maxValues || members > maxMembers;
}

const [quote, backslash, comma, colon, bracket, brace] = Buffer.from('"\\,:[{');

/**
 * The peer takes `Command` for `command`, so what it would judge must be judged here. Two spellings of one key are refused:
 * which of them counts nobody can know. Keys within values are what they are, there as here.
 */
function foldKeys(body: UnknownRecord): Result<UnknownRecord, string> {
  const keys = Object.keys(body);
  if (keys.every((key) => plainKey.test(key))) return success(body);
  const folded = new Map<string, unknown>();
  for (const key of keys) {
    const name = key.toUpperCase().toLowerCase();
    if (folded.has(name)) return failure(`\`${name}\` stands twice in the body, in two spellings`);
    folded.set(name, body[key]);
  }
  return success(Object.fromEntries(folded));
}

const plainKey = /^[a-z0-9_]*$/;
