/** The variables that the preload library reads; docs/protocol.md, section 7. */
export const rampartVariables = [
  'RAMPART_URL',
  'RAMPART_TOKEN',
  'RAMPART_MODE',
  'RAMPART_FAIL_OPEN',
  'RAMPART_AGENT',
  'RAMPART_SESSION',
  'RAMPART_DEBUG',
] as const;

/** Where a library asks that was told nothing. */
export const defaultUrl = 'http://127.0.0.1:19090';

/** The agent name of a process that nobody named. */
export const defaultAgent = 'preload';

/** The agent name of what an editor's extensions start themselves, until a known agent among it gives its own. */
export const extensionsAgent = 'editor-extensions';

/** The variable through which the loader takes a preload library. */
export function loaderVariable(platform: string): 'LD_PRELOAD' | 'DYLD_INSERT_LIBRARIES' {
  return platform === 'darwin' ? 'DYLD_INSERT_LIBRARIES' : 'LD_PRELOAD';
}

/** What a terminal is opened with that a person wants protected from its start; it may only raise. */
export const protectedMark = { RAMPART_TERMINAL: 'protected' } as const;

/** Environment names that coding agents put on their children; docs/protocol.md, section 7. */
export const agentMarkers: readonly string[] = [
  'AI_AGENT',
  'AGENT',
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDECODE',
  'CODEX_THREAD_ID',
  'CODEX_SANDBOX',
  'CODEX_SANDBOX_NETWORK_DISABLED',
  'CODEX_CI',
  'COPILOT_AGENT',
  'COPILOT_CLI',
  'COPILOT_AGENT_SESSION_ID',
  'CURSOR_AGENT',
  'GEMINI_CLI',
  'QWEN_CODE',
  'CLINE_ACTIVE',
  'ROO_ACTIVE',
  'KILO',
  'OPENCODE',
  'GOOSE_TERMINAL',
  'AMP_CURRENT_THREAD_ID',
  'AUGMENT_AGENT',
  'ANTIGRAVITY_AGENT',
  'CRUSH',
  'PI_CODING_AGENT',
  'TRAE_AI_SHELL_ID',
  'KIRO_SESSION_ID',
  'JUNIE_DATA',
  'OPENCLAW_SHELL',
  'GROK_AGENT',
  'OZ_RUN_ID',
];

/** Values by which a marker says that it does not hold. */
const negations: readonly string[] = ['', '0', 'false', 'no', 'off'];

/** The names of the agent markers that an environment carries. */
export function findAgentMarkers(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return agentMarkers.filter((name) => !negations.includes(environment[name] ?? ''));
}
