import { extensionsAgent } from './environment.ts';

/** A program by whose start an agent begins, and the name under which its decisions stand. */
export interface AgentProgram {
  /** The last component of its path, at most 23 bytes. */
  readonly program: string;
  /** At most 23 bytes. */
  readonly agent: string;
}

/**
 * The coding agents that are recognised by their program; docs/protocol.md, section 2 has the table that they are
 * written into. A name stands here only where nothing else is usually called so, for whatever starts under it is asked about.
 */
export const agentPrograms: readonly AgentProgram[] = [
  { program: 'aider', agent: 'aider' },
  { program: 'amp', agent: 'amp' },
  { program: 'auggie', agent: 'augment' },
  { program: 'claude', agent: 'claude-code' },
  { program: 'cline', agent: 'cline' },
  { program: 'codex', agent: 'codex' },
  { program: 'copilot', agent: 'copilot' },
  { program: 'crush', agent: 'crush' },
  { program: 'cursor-agent', agent: 'cursor' },
  { program: 'droid', agent: 'droid' },
  // No program is called so: only a name that stands here makes room for that of an agent which is started below.
  { program: 'extensionHost', agent: extensionsAgent },
  { program: 'gemini', agent: 'gemini' },
  { program: 'goose', agent: 'goose' },
  { program: 'kilo', agent: 'kilo' },
  { program: 'kiro-cli', agent: 'kiro' },
  { program: 'openclaw', agent: 'openclaw' },
  { program: 'opencode', agent: 'opencode' },
  { program: 'openhands', agent: 'openhands' },
  { program: 'qwen', agent: 'qwen-code' },
];

/** The name of the agent that a program begins; null when it is not known as one. */
export function findAgentOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return agentPrograms.find(({ program }) => program === name)?.agent ?? null;
}
