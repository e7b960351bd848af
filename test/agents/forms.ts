import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentName } from './agents.ts';
import { setUpAgents } from './installation.mjs';

/** What an agent is made of, as far as it matters to a library that is loaded into it. */
export interface Form {
  readonly version: string;
  /** What its program is, behind every script that starts it. */
  readonly linking: 'dynamic' | 'static';
  /** How the process began that became the shell of its tool. */
  readonly start: 'fork' | 'vfork';
}

/** Where the program is that asks the model, and the package whose version it has. */
const programs: Readonly<Record<AgentName, readonly [folder: string, program: string]>> = {
  claude: ['@anthropic-ai/claude-code-linux-x64', 'claude'],
  codex: ['@openai/codex', '../codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex'],
  copilot: ['@github/copilot-linux-x64', 'copilot'],
  gemini: ['@google/gemini-cli', process.execPath],
  opencode: ['opencode-linux-x64', 'bin/opencode'],
};

/** Words to put in front of an agent, so that `readForm` finds in `trace` how it starts programs. */
export function traceWords(trace: string): readonly string[] {
  return [
    'strace',
    '-s',
    '100000',
    '-f',
    '-qq',
    '-o',
    trace,
    '-e',
    'trace=vfork,fork,clone,clone3,execve',
    '-e',
    'signal=none',
  ];
}

/** What an agent is, by its program and by the trace of a run in which its tool ran `command`. */
export function readForm(name: AgentName, trace: string, command: string): Form {
  const [folder, program] = programs[name];
  const root = join(setUpAgents(), 'node_modules', folder);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const path = program.startsWith('/') ? program : join(root, program);
  const headers = spawnSync('readelf', ['--program-headers', '--wide', path], { encoding: 'utf8' }).stdout;
  return {
    version: manifest.version,
    linking: headers.includes('INTERP') ? 'dynamic' : 'static',
    start: findStart(readFileSync(trace, 'latin1').split('\n'), command),
  };
}

/** A child of `vfork`, or of `clone` with that flag, shares its parent's memory until it becomes another program. */
function findStart(lines: readonly string[], command: string): Form['start'] {
  const shell = lines.find((line) => line.includes(command) && /execve\("[^"]*sh"/.test(line));
  const pid = shell?.split(' ')[0];
  if (pid === undefined) throw new Error(`no shell ran ${command}`);
  const calls = new Map<string, string>();
  for (const line of lines) {
    const [caller = ''] = line.split(' ');
    if (line.includes(' <unfinished ...>')) calls.set(caller, line);
    const made = /= (\d+)$/.exec(line)?.[1];
    if (made !== pid) continue;
    const call = line.includes(' resumed>') ? (calls.get(caller) ?? '') : line;
    return /vfork\(|CLONE_VFORK/.test(call) ? 'vfork' : 'fork';
  }
  throw new Error(`nobody made the process ${pid}`);
}
