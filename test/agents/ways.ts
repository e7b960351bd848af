import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Host } from '../host/host.mjs';
import { until } from '../support/until.ts';
import type { Agent } from './agents.ts';
import { cli } from './endpoint.ts';
import { setUpAgents } from './installation.mjs';
import { writeFile } from './scene.ts';

/** How an agent is run: resolves when it has ended well. */
export type Way = () => Promise<void>;

/** Where an agent runs, and the address of its model. */
export interface Place {
  readonly home: string;
  readonly workspace: string;
  readonly model: string;
}

/** How long an agent may take for everything that it is to do, on a busy machine, in milliseconds. */
const patienceMs = 15 * 60_000;

/** A port on which nobody listens: agents look for news of themselves. */
const nowhere = 'http://127.0.0.1:9';

/** What every agent finds in its environment: the agents' programs, and nobody beyond this machine. */
export function agentEnvironment(agents: readonly Agent[], model: string): Record<string, string> {
  const own = Object.fromEntries(agents.flatMap((agent) => Object.entries(agent.environment(model))));
  return {
    PATH: [join(setUpAgents(), 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    HTTPS_PROXY: nowhere,
    https_proxy: nowhere,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    ...own,
  };
}

/** Runs an agent as a program of its own, with these words of ours in front. */
export function runDirectly(agent: Agent, place: Place, front: readonly string[] = []): Way {
  return async () => {
    settle(agent, place);
    const [program = '', ...words] = [...front, ...agent.words];
    const environment = agentEnvironment([agent], place.model);
    const child = spawn(program, words, {
      cwd: place.workspace,
      env: { ...environment, HOME: place.home, PATH: `${place.home}/bin:${environment['PATH']}` },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => (said += piece));
    const end = (): void => endGroup(child.pid);
    process.once('exit', end);
    const timer = setTimeout(end, patienceMs);
    const [status] = (await once(child, 'exit')) as [number | null];
    clearTimeout(timer);
    process.off('exit', end);
    end();
    if (status !== 0) throw new Error(`${agent.title} ended with ${String(status)}: ${said.slice(-2000)}`);
  };
}

/** `rampart preload`, to stand in front of an agent. */
export function preloadWords(...options: readonly string[]): readonly string[] {
  return [process.execPath, cli, 'preload', ...options, '--'];
}

/** Types an agent's command into a terminal of the editor, as a person does. */
export function runInTerminal(agent: Agent, host: Host, place: Place, front = ''): Way {
  return async () => {
    settle(agent, place);
    const ended = join(place.home, 'ended');
    rmSync(ended, { force: true });
    const words = agent.words.map((word) => (/^[\w./:,=-]+$/.test(word) ? word : `'${word}'`)).join(' ');
    await host.typeInTerminal('bash', `clear; ${front}${words} < /dev/null; echo $? > ~/ended`);
    const hasEnded = (): string | false => existsSync(ended) && (readFileSync(ended, 'utf8').trim() || false);
    const status = await until(`${agent.title} ended in the terminal`, hasEnded, patienceMs);
    if (status !== '0') throw new Error(`${agent.title} ended with ${status}: ${await host.terminalText()}`);
  };
}

/** Gives a home directory an agent's settings, and `rampart`. */
function settle(agent: Agent, { home, model }: Place): void {
  for (const [path, text] of Object.entries(agent.settings(model))) writeFile(join(home, path), text);
  mkdirSync(join(home, 'bin'), { recursive: true });
  if (!existsSync(join(home, 'bin/rampart'))) symlinkSync(cli, join(home, 'bin/rampart'));
}

function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // It is gone.
  }
}
