import { agentPrograms } from './agentPrograms.ts';
import { findAgentMarkers } from './environment.ts';

/** Which agent a variable in an environment tells of. */
export interface AgentSign {
  /** One of the markers of docs/protocol.md, section 7. */
  readonly marker: string;
  /** Agents by how the value begins; a value that begins otherwise tells of none by this sign. Absent where any value will do. */
  readonly byValue?: readonly (readonly [start: string, agent: string])[];
  /** The same by the whole value. */
  readonly byWholeValue?: readonly (readonly [value: string, agent: string])[];
  /** The agent of any value. */
  readonly agent?: string;
  /** The agent where the value counts and cannot be read; absent where a later sign speaks then. */
  readonly unread?: string;
}

/** The name of an agent of which only that it is one is known. */
export const someAgent = 'agent';

/**
 * The signs by which agents are told, the one that counts before others first. A tool that sets no general marker
 * stands before the general one, as it runs inside of those that set it; a general marker that names its agent stands
 * before the specific ones of the same agents, for each of them sets it anew.
 */
export const agentSigns: readonly AgentSign[] = [
  { marker: 'CODEX_THREAD_ID', agent: 'codex' },
  { marker: 'CODEX_SANDBOX', agent: 'codex' },
  { marker: 'CODEX_SANDBOX_NETWORK_DISABLED', agent: 'codex' },
  { marker: 'CODEX_CI', agent: 'codex' },
  { marker: 'QWEN_CODE', agent: 'qwen-code' },
  { marker: 'GEMINI_CLI', agent: 'gemini' },
  { marker: 'CURSOR_AGENT', agent: 'cursor' },
  { marker: 'KILO', agent: 'kilo' },
  { marker: 'OPENCODE', agent: 'opencode' },
  { marker: 'GOOSE_TERMINAL', agent: 'goose' },
  { marker: 'AMP_CURRENT_THREAD_ID', agent: 'amp' },
  { marker: 'AUGMENT_AGENT', agent: 'augment' },
  { marker: 'ANTIGRAVITY_AGENT', agent: 'antigravity' },
  { marker: 'CRUSH', agent: 'crush' },
  { marker: 'PI_CODING_AGENT', agent: 'pi' },
  { marker: 'TRAE_AI_SHELL_ID', agent: 'trae' },
  { marker: 'KIRO_SESSION_ID', agent: 'kiro' },
  { marker: 'JUNIE_DATA', agent: 'junie' },
  { marker: 'OPENCLAW_SHELL', agent: 'openclaw' },
  { marker: 'GROK_AGENT', agent: 'grok' },
  { marker: 'OZ_RUN_ID', agent: 'oz' },
  {
    marker: 'AI_AGENT',
    byValue: [
      ['claude-code', 'claude-code'],
      ['claude', 'claude-code'],
      ['github_copilot', 'copilot'],
      ['copilot', 'copilot'],
      ['codex', 'codex'],
      ['gemini', 'gemini'],
      ['cursor', 'cursor'],
      ['cline', 'cline'],
      ['roo', 'roo-code'],
      ['goose', 'goose'],
      ['amp', 'amp'],
      ['opencode', 'opencode'],
      ['crush', 'crush'],
    ],
  },
  { marker: 'CLAUDE_CODE_CHILD_SESSION', agent: 'claude-code' },
  { marker: 'CLAUDECODE', agent: 'claude-code' },
  { marker: 'COPILOT_CLI', agent: 'copilot' },
  { marker: 'COPILOT_AGENT_SESSION_ID', agent: 'copilot' },
  { marker: 'COPILOT_AGENT', agent: 'copilot' },
  { marker: 'CLINE_ACTIVE', agent: 'cline' },
  { marker: 'ROO_ACTIVE', agent: 'roo-code' },
  { marker: 'AI_AGENT', agent: someAgent },
  // Others use this name for things of their own, an SSH agent for one.
  {
    marker: 'AGENT',
    byWholeValue: [
      ['goose', 'goose'],
      ['amp', 'amp'],
      ['crush', 'crush'],
    ],
    unread: someAgent,
  },
];

/**
 * The agent that markers tell of; null when they tell of none. `valueOf` gives a marker's value, null where that cannot
 * be read.
 */
export function recogniseMarkers(
  markers: readonly string[],
  valueOf: (marker: string) => string | null,
): string | null {
  if (markers.length === 0) return null;
  for (const sign of agentSigns) {
    const agent = markers.includes(sign.marker) ? agentOfSign(sign, valueOf) : null;
    if (agent !== null) return agent;
  }
  return null;
}

function agentOfSign(
  { marker, agent, byValue = [], byWholeValue = [], unread }: AgentSign,
  valueOf: (marker: string) => string | null,
): string | null {
  if (agent !== undefined) return agent;
  const value = valueOf(marker)?.toLowerCase();
  if (value === undefined) return unread ?? null;
  const found =
    byWholeValue.find(([whole]) => value === whole) ?? byValue.find(([start]) => value.startsWith(start));
  return found?.[1] ?? null;
}

/**
 * Variables of programs in which an agent works, which the library does not report; value and agent of each. Whatever
 * such a program starts inherits them, another agent too, so that a marker counts before them.
 */
const hostSigns: readonly { readonly variable: string; readonly value: string; readonly agent: string }[] = [
  { variable: 'CURSOR_EXTENSION_HOST_ROLE', value: 'agent-exec', agent: 'cursor' },
];

/** The agent in whose program a process was started, by its environment; null when that says nothing of one. */
export function recogniseHost(environment: Readonly<Record<string, string | undefined>>): string | null {
  return hostSigns.find(({ variable, value }) => environment[variable] === value)?.agent ?? null;
}

/** The agent that an environment tells of; null when it tells of none. */
export function recogniseEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const byMarkers = recogniseMarkers(findAgentMarkers(environment), (marker) => environment[marker] ?? null);
  return byMarkers ?? recogniseHost(environment);
}

const agentsByProgram = new Map(agentPrograms.map(({ program, agent }) => [program, agent]));

/** The agent whose program has this path; null when it is none's. */
export function agentOfProgram(path: string | null): string | null {
  if (path === null) return null;
  return agentsByProgram.get(path.slice(path.lastIndexOf('/') + 1)) ?? null;
}
