import { join } from 'node:path';
import type { UnknownRecord } from '../../base/record.ts';
import type { Environment } from '../preloadEnvironment.ts';
import { jsonHook, jsonVariables } from './jsonSettings.ts';
import { codexVariables, dotenvVariables, ownFile } from './lineSettings.ts';
import { settingsNote } from './settingsEdit.ts';
import type { SettingsEdit } from './settingsEdit.ts';

/** The forms in which agents tell a hook of a command; `hookFormats.ts` reads them. */
export type HookFormat = 'claude-code' | 'copilot' | 'gemini';

/** How the commands of an agent come under guard. */
export type AgentDoor = 'library' | 'hook' | 'both';

/** One file of an agent's settings that takes ours. */
export interface SettingsPart {
  /** Relative to the agent's own folder. */
  readonly file: string;
  readonly edit: SettingsEdit;
}

/** How one agent is told to have its commands guarded, wherever it runs. */
export interface AgentAdapter {
  /** The name in decisions and on the command line. */
  readonly agent: string;
  /** As its makers call it. */
  readonly title: string;
  /** The command that starts it. */
  readonly program: string;
  /** The user's own folder of settings. */
  readonly folder: (home: string, environment: Environment) => string;
  readonly door: AgentDoor;
  /** What its hook is told by; null for an agent that has none here. */
  readonly format: HookFormat | null;
  readonly parts: readonly SettingsPart[];
}

/** How long an agent waits for its hook, in seconds: longer than a command is held for an answer. */
const hookTimeoutSeconds = 60;

const claudeHook = jsonHook('PreToolUse', (hook) => ({
  matcher: 'Bash',
  hooks: [{ type: 'command', command: hook, timeout: hookTimeoutSeconds }],
}));

const geminiHook = jsonHook('BeforeTool', (hook) => ({
  matcher: 'run_shell_command',
  hooks: [{ name: 'rampart', type: 'command', command: hook, timeout: hookTimeoutSeconds * 1_000 }],
}));

const copilotHooks = ownFile(({ hook }) => {
  const entry = { type: 'command', bash: hook, timeoutSec: hookTimeoutSeconds };
  return formatJson({ version: 1, hooks: { preToolUse: [entry] } });
});

/** OpenCode asks its plugins for the environment of each command. */
const opencodePlugin = ownFile(({ variables }) =>
  [
    `// ${settingsNote}`,
    `const variables = ${JSON.stringify(variables, null, 2)};`,
    'export const Rampart = async () => ({',
    "  'shell.env': async (_, output) => {",
    '    Object.assign(output.env, variables);',
    '  },',
    '});',
    '',
  ].join('\n'),
);

const claude: Omit<AgentAdapter, 'door' | 'format' | 'parts'> = {
  agent: 'claude-code',
  title: 'Claude Code',
  program: 'claude',
  folder: (home, environment) => named(environment, 'CLAUDE_CONFIG_DIR') ?? join(home, '.claude'),
};

const gemini: Omit<AgentAdapter, 'door' | 'format' | 'parts'> = {
  agent: 'gemini',
  title: 'Gemini CLI',
  program: 'gemini',
  folder: (home) => join(home, '.gemini'),
};

const copilot: AgentAdapter = {
  agent: 'copilot',
  title: 'Copilot CLI',
  program: 'copilot',
  folder: (home) => join(home, '.copilot'),
  door: 'hook',
  format: 'copilot',
  parts: [{ file: join('hooks', 'rampart.json'), edit: copilotHooks }],
};

/** Where the loader gives children our library. */
const withLibrary: readonly AgentAdapter[] = [
  {
    ...claude,
    door: 'library',
    format: null,
    parts: [{ file: 'settings.json', edit: jsonVariables('env') }],
  },
  {
    agent: 'codex',
    title: 'Codex',
    program: 'codex',
    folder: (home, environment) => named(environment, 'CODEX_HOME') ?? join(home, '.codex'),
    door: 'library',
    format: null,
    parts: [{ file: 'config.toml', edit: codexVariables }],
  },
  {
    // A project's own `.env` hides the user's, so the hook has to look each time whether the library is there.
    ...gemini,
    door: 'both',
    format: 'gemini',
    parts: [
      { file: '.env', edit: dotenvVariables },
      { file: 'settings.json', edit: geminiHook },
    ],
  },
  {
    agent: 'opencode',
    title: 'OpenCode',
    program: 'opencode',
    folder: (home, environment) =>
      join(named(environment, 'XDG_CONFIG_HOME') ?? join(home, '.config'), 'opencode'),
    door: 'library',
    format: null,
    parts: [{ file: join('plugins', 'rampart.js'), edit: opencodePlugin }],
  },
  copilot,
];

/** Where it does not: macOS takes the loader's variable from its shells, so only what asks beforehand helps. */
const withHooks: readonly AgentAdapter[] = [
  { ...claude, door: 'hook', format: 'claude-code', parts: [{ file: 'settings.json', edit: claudeHook }] },
  { ...gemini, door: 'hook', format: 'gemini', parts: [{ file: 'settings.json', edit: geminiHook }] },
  copilot,
];

/** The agents that can be told on a platform; none where Rampart does not run. */
export function agentAdapters(platform: string): readonly AgentAdapter[] {
  if (platform === 'linux') return withLibrary;
  return platform === 'darwin' ? withHooks : [];
}

function formatJson(value: UnknownRecord): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function named(environment: Environment, name: string): string | null {
  const value = environment[name] ?? '';
  return value === '' ? null : value;
}
