/** Every id that package.json and the code share; a test holds the two together. */

export const commandIds = {
  protectTerminal: 'rampart.protectTerminal',
  stopProtecting: 'rampart.stopProtecting',
  setMode: 'rampart.setMode',
  setWorkspaceGuard: 'rampart.setWorkspaceGuard',
  runAnyway: 'rampart.runAnyway',
  showDeniedCommands: 'rampart.showDeniedCommands',
  openPolicy: 'rampart.openPolicy',
  adaptAgent: 'rampart.adaptAgent',
  showLog: 'rampart.showLog',
  groupBySource: 'rampart.groupBySource',
  groupByTime: 'rampart.groupByTime',
  groupByCommand: 'rampart.groupByCommand',
  filterDecisions: 'rampart.filterDecisions',
  clearFilter: 'rampart.clearFilter',
  loadOlder: 'rampart.loadOlder',
  refresh: 'rampart.refresh',
  copyCommand: 'rampart.copyCommand',
  openRule: 'rampart.openRule',
  showTerminal: 'rampart.showTerminal',
  protectRow: 'rampart.protectRow',
  stopProtectingRow: 'rampart.stopProtectingRow',
  relaunchGuarded: 'rampart.relaunchGuarded',
  explainDecision: 'rampart.explainDecision',
  allowDenied: 'rampart.allowDenied',
  blockCommand: 'rampart.blockCommand',
  showApprovals: 'rampart.showApprovals',
  answerApproval: 'rampart.answerApproval',
  allowApproval: 'rampart.allowApproval',
  denyApproval: 'rampart.denyApproval',
  testCommand: 'rampart.testCommand',
  openDefaultPolicy: 'rampart.openDefaultPolicy',
  createPolicyFromDecisions: 'rampart.createPolicyFromDecisions',
  choosePacks: 'rampart.choosePacks',
  doctor: 'rampart.doctor',
  tryDenial: 'rampart.tryDenial',
  copyReport: 'rampart.copyReport',
  removeFromMachine: 'rampart.removeFromMachine',
} as const;

export const viewIds = {
  decisions: 'rampart.decisions',
  sessions: 'rampart.sessions',
  policy: 'rampart.policy',
  denied: 'rampart.denied',
} as const;

/** The containers in the Activity Bar and in the Panel. */
export const containerIds = {
  activityBar: 'rampart',
  panel: 'rampartPanel',
} as const;

/** What *New Terminal* offers. */
export const profileIds = {
  protected: 'rampart.protected',
} as const;

/** What assistants can call. */
export const toolIds = {
  explain: 'rampart_explain',
} as const;

/** Where reports are that can be read and not changed. */
export const reportScheme = 'rampart-report';

/** Settings that a workspace cannot set: scope `application`. */
export const settingIds = {
  guardEnabled: 'rampart.guard.enabled',
  guardScope: 'rampart.guard.scope',
  guardExtensionHost: 'rampart.guard.extensionHost',
  policyFiles: 'rampart.policy.files',
  showDenials: 'rampart.notifications.showDenials',
  upstream: 'rampart.endpoint.upstream',
  upstreamTokenFile: 'rampart.endpoint.upstreamTokenFile',
} as const;

/** Keys for `when` clauses. */
export const contextKeys = {
  guardEnabled: 'rampart.guardEnabled',
  /** What the decisions are grouped by: absent until somebody chose. */
  grouping: 'rampart.grouping',
  decisionsFiltered: 'rampart.decisionsFiltered',
  /** There is no library for this platform. */
  unsupported: 'rampart.unsupported',
} as const;

/** `viewItem` values: what a row is, and so what can be done with it. */
export const rowContexts = {
  /** A decision that a rule took. */
  ruledDecision: 'rampart.decision.rule',
  /** A decision that the default action took. */
  plainDecision: 'rampart.decision.default',
  /** A decision that kept a command from running. */
  refusedDecision: 'rampart.decision.refused',
  /** A decision against a command that ran because nothing was enforced. */
  unenforcedDecision: 'rampart.decision.unenforced',
  /** A command that waits for a person. */
  approval: 'rampart.approval',
  /** Everything in it is asked about, because the person said so. */
  protectedTerminal: 'rampart.terminal.protected',
  /** What is asked about in it is left to the scope. */
  guardedTerminal: 'rampart.terminal.guarded',
  /** What the person types in it is not asked about. */
  dormantTerminal: 'rampart.terminal.dormant',
  unguardedTerminal: 'rampart.terminal.unguarded',
  /** Not guarded, and it can be started anew. */
  relaunchableTerminal: 'rampart.terminal.relaunchable',
} as const;
