import { isRecord, parseJson } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { HookFormat } from './agentAdapters.ts';

/** A command that an agent is about to run. */
export interface HookedCommand {
  readonly command: string;
  readonly cwd: string | null;
  /** The agent's own name for its conversation. */
  readonly session: string | null;
  /** All that its tool was given. */
  readonly given: UnknownRecord;
}

/** How one agent talks with a hook; each was seen with the agent itself. */
interface HookDialect {
  readonly tool: string;
  /** The tools that run shell text. */
  readonly shellTools: readonly string[];
  /** What the tool was given: an object, or its JSON text. */
  readonly given: string;
  readonly session: string;
  readonly denial: (reason: string) => UnknownRecord;
  /** The answer that changes what the tool is given; null where that would also answer for the person. */
  readonly change: ((given: UnknownRecord) => UnknownRecord) | null;
}

const dialects: Readonly<Record<HookFormat, HookDialect>> = {
  'claude-code': {
    tool: 'tool_name',
    shellTools: ['Bash'],
    given: 'tool_input',
    session: 'session_id',
    denial: (reason) => ({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: reason,
      },
    }),
    change: null,
  },
  copilot: {
    tool: 'toolName',
    shellTools: ['bash', 'powershell'],
    given: 'toolArgs',
    session: 'sessionId',
    denial: (reason) => ({ permissionDecision: 'deny', permissionDecisionReason: reason }),
    change: (given) => ({ modifiedArgs: given }),
  },
  gemini: {
    tool: 'tool_name',
    shellTools: ['run_shell_command'],
    given: 'tool_input',
    session: 'session_id',
    denial: (reason) => ({ decision: 'deny', reason }),
    change: (given) => ({ hookSpecificOutput: { hookEventName: 'BeforeTool', tool_input: given } }),
  },
};

/** The forms there are, for the command line. */
export const hookFormats: readonly HookFormat[] = ['claude-code', 'copilot', 'gemini'];

/** Reads what an agent tells its hook; null when that is about no shell command. */
export function parseHookInput(format: HookFormat, text: string): Result<HookedCommand | null, string> {
  const dialect = dialects[format];
  const input = parseJson(text);
  if (!input.ok) return input;
  if (!isRecord(input.value)) return failure('the input is no object');
  const tool = input.value[dialect.tool];
  if (typeof tool !== 'string') return failure(`the input names no tool in \`${dialect.tool}\``);
  if (!dialect.shellTools.includes(tool)) return success(null);
  const given = readGiven(input.value[dialect.given]);
  const command = given?.['command'];
  if (given === null || typeof command !== 'string') {
    return failure(`the input has no command in \`${dialect.given}.command\``);
  }
  const { cwd } = input.value;
  const session = input.value[dialect.session];
  return success({
    command,
    cwd: typeof cwd === 'string' ? cwd : null,
    session: typeof session === 'string' ? session : null,
    given,
  });
}

/** The answer to a hook that nothing is to be changed: the agent goes on as it would without it. */
export const hookPass = '{}';

/** The answer that keeps the command from running, with a reason for the agent. */
export function formatHookDenial(format: HookFormat, reason: string): string {
  return JSON.stringify(dialects[format].denial(reason));
}

/** The answer that has the command run with more in its environment; where there is none, that nothing changes. */
export function formatHookArming(
  format: HookFormat,
  { command, given }: HookedCommand,
  variables: Readonly<Record<string, string>>,
): string {
  const { change } = dialects[format];
  if (change === null) return hookPass;
  const words = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}`);
  return JSON.stringify(change({ ...given, command: `export ${words.join(' ')}\n${command}` }));
}

function readGiven(value: unknown): UnknownRecord | null {
  if (typeof value !== 'string') return isRecord(value) ? value : null;
  const read = parseJson(value);
  return read.ok && isRecord(read.value) ? read.value : null;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
