import { protocolVersion } from '../../protocol/version.ts';
import { respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** `GET /healthz`: who is here. */
export const handleHealth: Handler = (_request, parts) =>
  respond(200, {
    service: 'rampart',
    status: 'ok',
    mode: parts.mode.mode,
    uptime_seconds: Math.max(0, Math.floor((parts.deciders.clock.now() - parts.startedAt) / 1_000)),
    version: parts.version,
    protocol: protocolVersion,
    pid: parts.pid,
    url: parts.url(),
    replaceable: parts.isReplaceable,
  });
