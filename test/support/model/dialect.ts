import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import type { ToolCall } from './step.ts';

/** What an agent has asked for: what it can do, and what its tools said so far. */
export interface ModelRequest {
  readonly tools: readonly string[];
  /** Of every call of this conversation, what its tool gave back, the oldest first. */
  readonly results: readonly string[];
}

/** A call of one tool, or the end of the conversation. */
export type ModelReply = ToolCall | null;

/** One frame of a stream of server-sent events. */
export interface EventFrame {
  readonly event?: string;
  readonly data: unknown;
}

/** What is sent back: one JSON object, or a stream. */
export type ModelAnswer = { readonly json: unknown } | { readonly frames: readonly EventFrame[] };

/** A way in which agents talk to models. `path` is a request's, without its query. */
export interface Dialect {
  readonly isFor: (path: string) => boolean;
  readonly read: (body: UnknownRecord) => ModelRequest;
  readonly answer: (reply: ModelReply, body: UnknownRecord, path: string) => ModelAnswer;
}

/** What a model says when it has nothing left to do. */
export const lastWords = 'done';

/** The members of a list that are objects; none when it is no list. */
export function recordsOf(value: unknown): readonly UnknownRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The texts that a list has, without what is none. */
export function textsOf(values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === 'string');
}

/** What a tool gave back, as text. */
export function resultText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
