import { isRecord } from '../../base/record.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** The longest text that is kept of where and why, in characters. */
const maxTextLength = 256;

/** What may be guarded or not, and what the log calls it. */
const subjects: ReadonlyMap<unknown, string> = new Map([
  ['terminals', 'guard'],
  ['extensions', 'guard of extensions'],
  ['persons', 'guard of persons'],
]);

/** `POST /v1/guard`: a window tells that the guard, or a part of it, was turned on or off, so that the log has it. */
export const handleGuard: Handler = (request, parts) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  if (!isRecord(body.value)) return refuse(400, 'the body is not a JSON object');
  const { guarded, where, reason = '', of = 'terminals' } = body.value;
  if (typeof guarded !== 'boolean') return refuse(400, 'guarded is true or false');
  if (!isText(where) || where.trim() === '') {
    return refuse(400, `where is a text of 1 to ${maxTextLength} characters`);
  }
  if (!isText(reason)) return refuse(400, `reason is a text of at most ${maxTextLength} characters`);
  const subject = subjects.get(of);
  if (subject === undefined) return refuse(400, `of is one of: ${[...subjects.keys()].join(', ')}`);
  const message = [where, reason].filter((text) => text !== '').join(': ');
  parts.noteChange(`${subject} ${guarded ? 'on' : 'off'}`, message, request.caller);
  return respond(201, { recorded: true });
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTextLength;
}
