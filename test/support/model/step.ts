import type { UnknownRecord } from '../../../src/base/record.ts';

/** What the model has an agent do next, by a tool of the agent's own. */
export type Step =
  | { readonly kind: 'run'; readonly command: string }
  /** `path` is absolute. */
  | { readonly kind: 'write'; readonly path: string; readonly text: string };

/** A tool that an agent offers, called. */
export interface ToolCall {
  readonly tool: string;
  readonly words: UnknownRecord;
}

/** How long an agent may let a command run before it goes on without its end, in milliseconds. */
const patienceMs = 240_000;

/** The tools by which agents run shell text, and what each is given. */
const runners: Readonly<Record<string, (command: string) => UnknownRecord>> = {
  Bash: (command) => ({ command, description: 'run it', timeout: patienceMs }),
  exec_command: (cmd) => ({ cmd, yield_time_ms: patienceMs }),
  shell_command: (command) => ({ command, timeout_ms: patienceMs }),
  run_shell_command: (command) => ({ command, description: 'run it' }),
  bash: (command) => ({
    command,
    description: 'run it',
    timeout: patienceMs,
    initial_wait: 120,
    mode: 'sync',
  }),
};

/** The tools by which agents write a whole file. */
const writers: Readonly<Record<string, (path: string, text: string) => UnknownRecord>> = {
  Write: (file_path, content) => ({ file_path, content }),
  write_file: (file_path, content) => ({ file_path, content }),
  write: (filePath, content) => ({ filePath, content }),
  create: (path, file_text) => ({ path, file_text }),
};

/** The call that carries a step out, among the tools an agent offers; null when it offers none for it. */
export function chooseCall(step: Step, tools: readonly string[]): ToolCall | null {
  const [tool] = tools.filter((name) => name in (step.kind === 'run' ? runners : writers));
  if (step.kind === 'write') {
    if (tool === undefined) return chooseCall({ kind: 'run', command: writeByShell(step) }, tools);
    return { tool, words: writers[tool]!(step.path, step.text) };
  }
  return tool === undefined ? null : { tool, words: runners[tool]!(step.command) };
}

/** For agents whose own way to write is a patch. */
function writeByShell({ path, text }: { readonly path: string; readonly text: string }): string {
  return `cat > '${path}' <<'END OF FILE'\n${text}END OF FILE\n`;
}
