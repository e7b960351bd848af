import type { UnknownRecord } from '../../base/record.ts';

/** A tool that an agent offers, called. */
export interface ToolCall {
  readonly tool: string;
  readonly words: UnknownRecord;
}

/** How long an agent may let a command run before it goes on without its end, in milliseconds. */
const patienceMs = 240_000;

/** What a tool is given besides the command, where its schema wants a word on it. */
const description = 'run it';

const plain = (command: string): UnknownRecord => ({ command, description });

/** The tools by which agents run shell text, and what each is given; the first that an agent offers is taken. */
const shellTools: Readonly<Record<string, (command: string) => UnknownRecord>> = {
  Bash: (command) => ({ command, description, timeout: patienceMs }),
  exec_command: (cmd) => ({ cmd, yield_time_ms: patienceMs }),
  shell_command: (command) => ({ command, timeout_ms: patienceMs }),
  run_shell_command: plain,
  bash: (command) => ({ command, description, timeout: patienceMs, initial_wait: 120, mode: 'sync' }),
  shell: (command) => ({ command: ['bash', '-lc', command] }),
  execute_command: plain,
  run_in_terminal: plain,
};

/** The call that has an agent run shell text, among the tools that it offers; null when it offers none for it. */
export function callShell(command: string, tools: readonly string[]): ToolCall | null {
  const found = Object.entries(shellTools).find(([tool]) => tools.includes(tool));
  return found === undefined ? null : { tool: found[0], words: found[1](command) };
}
