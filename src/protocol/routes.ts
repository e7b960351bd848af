/** Paths of the endpoint; docs/protocol.md, section 8. */
export const routes = {
  health: '/healthz',
  preflight: '/v1/preflight/',
  tool: '/v1/tool/',
  status: '/v1/status',
  mode: '/v1/mode',
  policies: '/v1/policies',
  policyReload: '/v1/policy/reload',
  policySummary: '/v1/policy/summary',
  test: '/v1/test',
  auditEvents: '/v1/audit/events',
  auditDates: '/v1/audit/dates',
  auditExport: '/v1/audit/export',
  auditStats: '/v1/audit/stats',
  sessions: '/v1/sessions',
  approvals: '/v1/approvals',
  approvalsBulk: '/v1/approvals/bulk-resolve',
  hostedApprovals: '/v1/hosted-approvals',
  metrics: '/metrics',
  grants: '/v1/grants',
  guard: '/v1/guard',
  rulesAllowed: '/v1/rules/auto-allowed',
  rulesLearn: '/v1/rules/learn',
  stream: '/v1/events/stream',
  tokens: '/v1/tokens',
  shutdown: '/v1/shutdown',
} as const;

/** Names in the state directory; docs/protocol.md, section 1. */
export const stateEntries = {
  socket: 'endpoint.sock',
  state: 'state',
  journal: 'journal',
  lost: 'lost',
  waiting: 'waiting',
  questions: 'questions',
  answers: 'answers',
  lock: 'lock',
  mode: 'mode.json',
  approvals: 'approvals.json',
  tokens: 'tokens.json',
  held: 'held.jsonl',
  policy: 'policy.json',
  upstream: 'upstream.json',
  audit: 'audit',
  log: 'endpoint.log',
} as const;

/** Behind the name of what an endpoint could not read and left to be looked at. */
export const asideSuffix = '.unreadable';

/** The longest path a Unix socket may have here; the kernel's own limit is 108 with its NUL. */
export const maxSocketPathBytes = 100;

/** The largest request body taken over TCP, as the peer has it. */
export const maxBodyBytes = 1_048_576;
