import { messageOf } from './assert.ts';
import { failure, success } from './result.ts';
import type { Result } from './result.ts';

/** A JSON object, or anything that can be read like one. */
export type UnknownRecord = Readonly<Record<string, unknown>>;

/** Whether a value is an object with named members; false for arrays and null. */
export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads JSON text. The failure is the parser's own message. */
export function parseJson(text: string): Result<unknown, string> {
  try {
    const value: unknown = JSON.parse(text);
    return success(value);
  } catch (thrown) {
    return failure(messageOf(thrown));
  }
}

/** The same record, for whoever made it and is not done with it. */
export type Mutable<Given> = { -readonly [Key in keyof Given]: Given[Key] };
