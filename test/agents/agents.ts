/** A real coding agent, and how it is told to ask the scripted model. */
export interface Agent {
  readonly title: string;
  /** The name under which its decisions should stand in the log. */
  readonly loggedAs: string;
  /** What a person types to have it do one thing and end. */
  readonly words: readonly [string, ...string[]];
  /** What its settings need of the environment. */
  readonly environment: (model: string) => Readonly<Record<string, string>>;
  /** Its settings, by their paths in the home directory. */
  readonly settings: (model: string) => Readonly<Record<string, string>>;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

export const agents = {
  claude: {
    title: 'Claude Code',
    loggedAs: 'claude-code',
    words: ['claude', '-p', 'run it', '--allowedTools', 'Bash,Write'],
    environment: (model) => ({
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_API_KEY: 'scripted',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
    settings: () => ({}),
  },
  codex: {
    title: 'Codex',
    loggedAs: 'codex',
    words: ['codex', 'exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', 'run it'],
    environment: () => ({ SCRIPTED_MODEL_KEY: 'scripted' }),
    settings: (model) => ({
      '.codex/config.toml': `model = "gpt-5"
model_provider = "scripted"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = "${model}/v1"
env_key = "SCRIPTED_MODEL_KEY"
wire_api = "responses"
`,
    }),
  },
  copilot: {
    title: 'Copilot CLI',
    loggedAs: 'copilot',
    words: ['copilot', '-p', 'run it', '--allow-all'],
    environment: (model) => ({
      COPILOT_PROVIDER_BASE_URL: `${model}/v1`,
      COPILOT_PROVIDER_API_KEY: 'scripted',
      COPILOT_MODEL: 'scripted',
      COPILOT_OFFLINE: 'true',
    }),
    settings: () => ({}),
  },
  gemini: {
    title: 'Gemini CLI',
    loggedAs: 'gemini',
    words: ['gemini', '--yolo', '--skip-trust', '-m', 'gemini-2.5-flash', '-p', 'run it'],
    environment: (model) => ({ GEMINI_API_KEY: 'scripted', GOOGLE_GEMINI_BASE_URL: model }),
    settings: () => ({
      '.gemini/settings.json': json({
        security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
        general: { enableAutoUpdate: false, disableAutoUpdate: true },
        privacy: { usageStatisticsEnabled: false },
      }),
    }),
  },
  opencode: {
    title: 'OpenCode',
    loggedAs: 'opencode',
    words: ['opencode', 'run', '-m', 'scripted/scripted', 'run it'],
    environment: () => ({ OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' }),
    settings: (model) => ({
      '.config/opencode/opencode.json': json({
        autoupdate: false,
        share: 'disabled',
        permission: 'allow',
        provider: {
          scripted: {
            npm: '@ai-sdk/openai-compatible',
            name: 'scripted',
            options: { baseURL: `${model}/v1`, apiKey: 'scripted' },
            models: { scripted: { name: 'scripted', tool_call: true } },
          },
        },
      }),
    }),
  },
} as const satisfies Readonly<Record<string, Agent>>;

export type AgentName = keyof typeof agents;

export const agentNames = Object.keys(agents) as readonly AgentName[];
