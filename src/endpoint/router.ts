import { messageOf } from '../base/assert.ts';
import { routes } from '../protocol/routes.ts';
import { checkAccess } from './access.ts';
import type { AccessSettings, Admission, Authority } from './access.ts';
import { refuse } from './exchange.ts';
import type { EndpointRequest, EndpointResponse } from './exchange.ts';
import {
  handleApproval,
  handleApprovalRequest,
  handleApprovalResolution,
  handleApprovals,
} from './handlers/approvals.ts';
import { handleAuditDates, handleAuditExport, handleAuditStats } from './handlers/auditDays.ts';
import { handleAuditEvents } from './handlers/auditEvents.ts';
import { handleBulkResolution } from './handlers/bulkResolution.ts';
import { handleGrant } from './handlers/grants.ts';
import { handleGuard } from './handlers/guard.ts';
import { handleHealth } from './handlers/health.ts';
import { handleMode } from './handlers/mode.ts';
import { handleHostedApproval, handleMetrics } from './handlers/omitted.ts';
import { handlePolicies } from './handlers/policies.ts';
import { handlePolicyReload } from './handlers/policyReload.ts';
import { handlePolicySummary } from './handlers/policySummary.ts';
import { handlePreflight } from './handlers/preflight.ts';
import { handleAllowedRuleRemoval, handleAllowedRules, handleRuleLearning } from './handlers/rules.ts';
import { handleSessionRegistration, handleSessions } from './handlers/sessions.ts';
import { handleShutdown } from './handlers/shutdown.ts';
import { handleStatus } from './handlers/status.ts';
import { handleStream } from './handlers/stream.ts';
import { handleTest } from './handlers/test.ts';
import { handleTokenOrder, handleTokenRevocation, handleTokens } from './handlers/tokens.ts';
import { handleTool } from './handlers/tool.ts';
import type { EndpointParts, Handler } from './parts.ts';
import { credentialOf } from './tokenStore.ts';

interface Route {
  readonly method: string;
  /** A path that ends in a slash takes one more part behind it. */
  readonly path: string;
  /** What stands behind that part. */
  readonly suffix?: string;
  readonly authority: Authority;
  readonly handler: Handler;
  /** Whether asking is nothing to be told of, even where it is refused: `rampart status` asks wherever it is run. */
  readonly isHarmless?: true;
}

/** Every route; the first that fits is taken. */
export const routeTable: readonly Route[] = [
  { method: 'POST', path: routes.preflight, authority: 'eval', handler: handlePreflight },
  { method: 'POST', path: routes.tool, authority: 'eval', handler: handleTool },
  { method: 'GET', path: routes.health, authority: 'none', handler: handleHealth },
  { method: 'GET', path: routes.status, authority: 'admin', handler: handleStatus, isHarmless: true },
  { method: 'PUT', path: routes.mode, authority: 'admin', handler: handleMode },
  { method: 'GET', path: routes.policies, authority: 'admin', handler: handlePolicies },
  { method: 'POST', path: routes.policyReload, authority: 'admin', handler: handlePolicyReload },
  { method: 'GET', path: routes.policySummary, authority: 'admin', handler: handlePolicySummary },
  { method: 'POST', path: routes.test, authority: 'admin', handler: handleTest },
  { method: 'GET', path: routes.auditDates, authority: 'admin', handler: handleAuditDates },
  { method: 'GET', path: routes.auditExport, authority: 'admin', handler: handleAuditExport },
  { method: 'GET', path: routes.auditStats, authority: 'admin', handler: handleAuditStats },
  { method: 'GET', path: routes.auditEvents, authority: 'admin', handler: handleAuditEvents },
  { method: 'GET', path: routes.sessions, authority: 'admin', handler: handleSessions },
  { method: 'PUT', path: `${routes.sessions}/`, authority: 'admin', handler: handleSessionRegistration },
  { method: 'GET', path: routes.stream, authority: 'stream', handler: handleStream },
  { method: 'HEAD', path: routes.stream, authority: 'stream', handler: handleStream },
  { method: 'GET', path: routes.approvals, authority: 'admin', handler: handleApprovals },
  { method: 'POST', path: routes.approvals, authority: 'admin', handler: handleApprovalRequest },
  { method: 'POST', path: routes.approvalsBulk, authority: 'admin', handler: handleBulkResolution },
  { method: 'GET', path: `${routes.approvals}/`, authority: 'admin', handler: handleApproval },
  {
    method: 'POST',
    path: `${routes.approvals}/`,
    suffix: '/resolve',
    authority: 'admin',
    handler: handleApprovalResolution,
  },
  {
    method: 'POST',
    path: `${routes.hostedApprovals}/`,
    suffix: '/resolve',
    authority: 'admin',
    handler: handleHostedApproval,
  },
  { method: 'GET', path: routes.metrics, authority: 'admin', handler: handleMetrics },
  { method: 'GET', path: routes.rulesAllowed, authority: 'admin', handler: handleAllowedRules },
  {
    method: 'DELETE',
    path: `${routes.rulesAllowed}/`,
    authority: 'admin',
    handler: handleAllowedRuleRemoval,
  },
  { method: 'POST', path: routes.rulesLearn, authority: 'admin', handler: handleRuleLearning },
  { method: 'GET', path: routes.tokens, authority: 'owner', handler: handleTokens },
  { method: 'POST', path: routes.tokens, authority: 'owner', handler: handleTokenOrder },
  { method: 'DELETE', path: `${routes.tokens}/`, authority: 'owner', handler: handleTokenRevocation },
  { method: 'POST', path: routes.grants, authority: 'admin', handler: handleGrant },
  { method: 'POST', path: routes.guard, authority: 'admin', handler: handleGuard },
  { method: 'POST', path: routes.shutdown, authority: 'admin', handler: handleShutdown },
];

/** What the router needs besides the handlers' parts. */
export interface RouterSettings {
  readonly parts: EndpointParts;
  readonly access: AccessSettings;
  /** Takes what libraries have told up to now, so that whoever asks what happened is told of it. */
  readonly catchUp: () => void;
  /** Called when somebody tried to steer who may not, or to ask with a token that does not hold. */
  readonly onRefused: (request: EndpointRequest, reason: string) => void;
  /** Called when an agent's token lets somebody steer or read the stream. */
  readonly onTokenUsed: (request: EndpointRequest, name: string) => void;
}

/** Finds the route, checks the authority, runs the handler. An unknown path or method is 404. */
export function createRouter({
  parts,
  access,
  catchUp,
  onRefused,
  onTokenUsed,
}: RouterSettings): (request: EndpointRequest) => EndpointResponse | Promise<EndpointResponse> {
  const fail = (thrown: unknown): EndpointResponse => {
    parts.deciders.logger.error(`a request could not be served: ${messageOf(thrown)}`);
    return refuse(500, 'the endpoint failed');
  };
  const noteToken = (route: Route, request: EndpointRequest, { token }: Admission): void => {
    if (token === null || route.authority === 'eval') return;
    const isNoted = request.method !== 'GET' || route.authority === 'stream';
    if (isNoted) onTokenUsed(request, `${credentialOf(token)} of ${token.agent}`);
  };
  return (request) => {
    const route = routeTable.find((candidate) => isRouteOf(candidate, request));
    const rest = route === undefined ? null : restOf(route, request.path);
    if (route === undefined || rest === null) return refuse(404, 'not found');
    const admitted = checkAccess(route.authority, request.caller, access);
    if (!admitted.ok) {
      const isAttempt = route.authority !== 'eval' && route.isHarmless !== true;
      if (isAttempt || request.caller.token !== null) {
        onRefused(request, admitted.error.reason);
      }
      return refuse(admitted.error.status, admitted.error.reason);
    }
    noteToken(route, request, admitted.value);
    try {
      if (route.authority === 'admin') catchUp();
      const answer = route.handler(request, parts, rest, admitted.value);
      return answer instanceof Promise ? answer.catch(fail) : answer;
    } catch (thrown) {
      return fail(thrown);
    }
  };
}

function isRouteOf({ method, path, suffix = '' }: Route, request: EndpointRequest): boolean {
  if (method !== request.method || !request.path.endsWith(suffix)) return false;
  return path.endsWith('/') ? request.path.startsWith(path) : request.path === path;
}

/** What stands behind the route's path; null when it is more than one part or no valid encoding. */
function restOf({ path, suffix = '' }: Route, requested: string): string | null {
  const rest = requested.slice(path.length, requested.length - suffix.length);
  if (!path.endsWith('/')) return '';
  if (rest === '' || rest.includes('/')) return null;
  try {
    return decodeURIComponent(rest);
  } catch {
    return null;
  }
}
