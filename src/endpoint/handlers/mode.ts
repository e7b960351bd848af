import { isRecord } from '../../base/record.ts';
import { isMode, maxTimedSeconds } from '../../protocol/mode.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import { formatModeChange } from '../modeStore.ts';
import type { Handler } from '../parts.ts';

/** `PUT /v1/mode`: changes the mode, for a number of seconds or for good. */
export const handleMode: Handler = (request, parts) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  if (!isRecord(body.value) || !isMode(body.value['mode'])) {
    return refuse(400, 'mode is one of enforce, monitor and disabled');
  }
  const seconds = body.value['for_seconds'] ?? null;
  if (seconds !== null && !isDuration(seconds)) {
    return refuse(400, `for_seconds is a number from 1 to ${maxTimedSeconds}`);
  }
  const { mode: before, until: beforeUntil } = parts.mode.state;
  const state = parts.mode.set(body.value['mode'], seconds);
  if (state.mode !== before || state.until !== beforeUntil) {
    parts.noteChange(`mode ${state.mode}`, formatModeChange(before, state.until), request.caller);
  }
  return respond(200, state);
};

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= maxTimedSeconds;
}
