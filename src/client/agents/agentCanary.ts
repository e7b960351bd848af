import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '../../base/assert.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { Environment } from '../preloadEnvironment.ts';
import type { AgentAdapter } from './agentAdapters.ts';
import { startScriptedModel } from './scriptedModel.ts';
import type { AgentWiring } from './settingsEdit.ts';

/** How an agent is started so that it runs one command for a model on loopback, and ends. */
interface AgentStart {
  readonly words: (port: number) => readonly string[];
  readonly environment: (port: number) => Readonly<Record<string, string>>;
  /** Files that it needs to start at all, by path below the home directory; one that takes ours is added to. */
  readonly files: (port: number) => Readonly<Record<string, string>>;
}

/** How long an agent may take for its one command, in milliseconds. */
const trialTimeoutMs = 120_000;

/** How much of what an agent prints is kept for a person, in characters. */
const maxKeptOutput = 2_000;

/** Prints the library's name when it is mapped into the program that the command starts; the command itself has not this word. */
const canaryCommand = "grep -o 'lib[r]ampart' /proc/self/maps";

const canaryWord = 'librampart';

const prompt = 'Run the command.';

const noFiles = (): Readonly<Record<string, string>> => ({});

/** Seen with the agents of November 2026. */
const starts: Readonly<Record<string, AgentStart>> = {
  'claude-code': {
    words: () => ['-p', prompt, '--allowedTools', 'Bash'],
    environment: (port) => ({
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
      ANTHROPIC_API_KEY: 'none',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
    files: noFiles,
  },
  codex: {
    words: (port) => [
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      ...['-c', 'model_provider=scripted'],
      ...[
        '-c',
        `model_providers.scripted={name="scripted",base_url="http://127.0.0.1:${port}/v1",env_key="SCRIPTED",wire_api="responses"}`,
      ],
      ...['-m', 'gpt-5'],
      prompt,
    ],
    environment: () => ({ SCRIPTED: 'none' }),
    files: noFiles,
  },
  gemini: {
    words: () => ['--yolo', '--skip-trust', '-m', 'gemini-2.5-flash', '-p', prompt],
    environment: (port) => ({
      GEMINI_API_KEY: 'none',
      GOOGLE_GEMINI_BASE_URL: `http://127.0.0.1:${port}`,
    }),
    files: () => ({
      '.gemini/settings.json':
        '{"security":{"auth":{"selectedType":"gemini-api-key"},"folderTrust":{"enabled":false}}}',
    }),
  },
  opencode: {
    words: () => ['run', '-m', 'scripted/scripted', prompt],
    environment: () => ({}),
    files: (port) => ({
      '.config/opencode/opencode.json': JSON.stringify({
        permission: 'allow',
        provider: {
          scripted: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'none' },
            models: { scripted: {} },
          },
        },
      }),
    }),
  },
  copilot: {
    words: () => ['-p', prompt, '--allow-all-tools', '--allow-all-paths'],
    environment: (port) => ({
      COPILOT_PROVIDER_BASE_URL: `http://127.0.0.1:${port}/v1`,
      COPILOT_PROVIDER_API_KEY: 'none',
      COPILOT_MODEL: 'scripted',
      COPILOT_OFFLINE: 'true',
    }),
    files: noFiles,
  },
};

/** What a trial is made with. */
export interface CanaryTrial {
  readonly adapter: AgentAdapter;
  readonly wiring: AgentWiring;
  /** The agent's own program. */
  readonly program: string;
  /** Only what a program needs to start is taken from it. */
  readonly environment: Environment;
}

/** Whether agents can be tried on a platform: elsewhere the library is not in what they start. */
export function canTryAgents(platform: string): boolean {
  return platform === 'linux';
}

/**
 * Starts the agent itself, in a home directory made for it with nothing but our settings, and has a model on loopback
 * tell it one command: success when a program that this command started had the library. The user's own files and
 * account are not touched, and nothing leaves the machine. A failure says what was seen instead.
 */
export async function tryAgent(trial: CanaryTrial): Promise<Result<null, string>> {
  const start = starts[trial.adapter.agent];
  if (start === undefined) return failure(`there is no trial for ${trial.adapter.title}`);
  const home = mkdtempSync(join(tmpdir(), 'rampart-canary-'));
  const model = await startScriptedModel([canaryCommand]);
  try {
    const written = writeHome(trial, start.files(model.port), home);
    if (!written.ok) return written;
    const output = await runAgent(trial, start, { home, port: model.port });
    return judge(model.results, output);
  } catch (thrown) {
    return failure(`${trial.program} could not be tried: ${messageOf(thrown)}`);
  } finally {
    await model.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

function writeHome(
  { adapter, wiring }: CanaryTrial,
  files: Readonly<Record<string, string>>,
  home: string,
): Result<null, string> {
  const texts = new Map(Object.entries(files).map(([path, text]) => [join(home, path), text]));
  for (const { file, edit } of adapter.parts) {
    const path = join(adapter.folder(home, {}), file);
    const added = edit.add(texts.get(path) ?? '', wiring);
    if (!added.ok) return added;
    texts.set(path, added.value);
  }
  for (const [path, text] of texts) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  mkdirSync(join(home, 'work'));
  return success(null);
}

/** Runs the agent to its end; what it printed. */
async function runAgent(
  { program, environment }: CanaryTrial,
  start: AgentStart,
  { home, port }: { readonly home: string; readonly port: number },
): Promise<string> {
  const child = spawn(program, start.words(port), {
    cwd: join(home, 'work'),
    env: {
      ...start.environment(port),
      HOME: home,
      PATH: environment['PATH'],
      TERM: 'dumb',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: trialTimeoutMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-maxKeptOutput);
    });
  await once(child, 'close');
  return output.trim();
}

function judge(results: readonly string[], output: string): Result<null, string> {
  const [result] = results;
  if (result === undefined)
    return failure(`it ran no command; it said: ${output === '' ? 'nothing' : output}`);
  return result.includes(canaryWord)
    ? success(null)
    : failure(`its commands run without the library; it gave back: ${result.slice(0, maxKeptOutput)}`);
}
