import { isRecord } from '../../base/record.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** `POST /v1/grants`: a person lets a command that was refused run once, whatever refused it. */
export const handleGrant: Handler = (request, parts) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const record = isRecord(body.value) ? body.value['record'] : null;
  if (typeof record !== 'string' || !/^[0-9a-f]{1,32}$/.test(record)) {
    return refuse(400, "record is the id of a refusal's record, or its first digits");
  }
  const given = parts.deciders.asking.runAnyway(record);
  if (!given.ok) return refuse(404, given.error);
  const { id, command, cwd, until } = given.value;
  return respond(201, { id, command, cwd, expires_at: new Date(until).toISOString() });
};
