import { respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** `POST /v1/shutdown`: answers, then the endpoint ends. */
export const handleShutdown: Handler = (_request, parts) => {
  parts.stop('it was told to');
  return respond(200, { stopping: true });
};
