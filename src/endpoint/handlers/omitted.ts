import { refuse } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** `POST /v1/hosted-approvals/{id}/resolve`: whoever asks must not be the one who answers. */
export const handleHostedApproval: Handler = () =>
  refuse(404, 'no host answers for a person here: ask with /v1/tool, and a person answers /v1/approvals');

/** `GET /metrics`: the peer has it on request alone, and answers 404 otherwise. */
export const handleMetrics: Handler = () =>
  refuse(404, 'no metrics are kept here: /v1/status and /v1/audit/stats count');
