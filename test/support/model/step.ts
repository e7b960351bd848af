import type { UnknownRecord } from '../../../src/base/record.ts';
import { callShell } from '../../../src/client/agents/shellCall.ts';
import type { ToolCall } from '../../../src/client/agents/shellCall.ts';

/** What the model has an agent do next, by a tool of the agent's own. */
export type Step =
  | { readonly kind: 'run'; readonly command: string }
  /** `path` is absolute. */
  | { readonly kind: 'write'; readonly path: string; readonly text: string };

/** The tools by which agents write a whole file. */
const writers: Readonly<Record<string, (path: string, text: string) => UnknownRecord>> = {
  Write: (file_path, content) => ({ file_path, content }),
  write_file: (file_path, content) => ({ file_path, content }),
  write: (filePath, content) => ({ filePath, content }),
  create: (path, file_text) => ({ path, file_text }),
};

/** The call that carries a step out, among the tools an agent offers; null when it offers none for it. */
export function chooseCall(step: Step, tools: readonly string[]): ToolCall | null {
  if (step.kind === 'run') return callShell(step.command, tools);
  const found = Object.entries(writers).find(([tool]) => tools.includes(tool));
  if (found === undefined) return callShell(writeByShell(step), tools);
  return { tool: found[0], words: found[1](step.path, step.text) };
}

/** For agents whose own way to write is a patch. */
function writeByShell({ path, text }: { readonly path: string; readonly text: string }): string {
  return `cat > '${path}' <<'END OF FILE'\n${text}END OF FILE\n`;
}
