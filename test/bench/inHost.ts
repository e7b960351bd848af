import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'node:inspector/promises';
import * as vscode from 'vscode';
import { EndpointClient } from '../../src/client/endpointClient.ts';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds } from '../../src/extension/ids.ts';
import { until } from '../support/until.ts';

/** How often the mode is switched. */
const switches = 7;

/** What runs inside the extension host of a real VS Code for `npm run bench:extension`. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<RampartApi>('rampart-guard.rampart');
  if (extension === undefined) throw new Error('the packaged extension is not installed');
  const api = await extension.activate();
  await api.settled;
  const socket = process.env['BENCH_SOCKET'] ?? '';
  const results = socket === '' ? await measureSwitches(api) : await measureBurst(api, socket);
  writeFileSync(
    process.env['BENCH_RESULTS'] ?? '',
    JSON.stringify({ activationMs: api.activationMs, ...results }),
  );
}

/** The longest pause of the event loop while nothing happens, and during a burst with both views shown. */
async function measureBurst(api: RampartApi, socket: string): Promise<object> {
  await until('it is connected', () => api.status().endpoint === 'connected', 30_000);
  await vscode.commands.executeCommand('rampart.decisions.focus');
  await vscode.commands.executeCommand(commandIds.showDeniedCommands);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const idle = await measurePauses(() => new Promise((resolve) => setTimeout(resolve, 4_000)));
  const heapBefore = process.memoryUsage().heapUsed;
  const cpuBefore = process.cpuUsage();
  let burst: Pauses | null = null;
  await profile(async () => {
    burst = await measurePauses(async () => {
      const told = request({ socketPath: socket, path: '/bench/burst', method: 'POST' }).end();
      const [answer] = (await once(told, 'response')) as [AsyncIterable<Buffer>];
      let last = '';
      for await (const part of answer) last += part.toString();
      await until('the last one is there', () => api.decisions().at(-1)?.id === last, 60_000);
    });
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    idle,
    burst,
    cpuMs: (user + system) / 1_000,
    kept: api.decisions().length,
    heapMb: (process.memoryUsage().heapUsed - heapBefore) / 1e6,
  };
}

/** The longest time in which nobody else had a turn, and the longest processor time of one; in milliseconds. */
interface Pauses {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Other processes make a turn longer, but not its processor time. */
async function measurePauses(work: () => Promise<unknown>): Promise<Pauses> {
  let [wallMs, cpuMs] = [0, 0];
  let [lastWall, lastCpu] = [performance.now(), readThreadMs()];
  const timer = setInterval(() => {
    const [wall, cpu] = [performance.now(), readThreadMs()];
    wallMs = Math.max(wallMs, wall - lastWall);
    cpuMs = Math.max(cpuMs, cpu - lastCpu);
    [lastWall, lastCpu] = [wall, cpu];
  }, 1);
  await work();
  clearInterval(timer);
  return { wallMs, cpuMs };
}

/** The processor time of this thread. */
function readThreadMs(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

/** Writes what this process does meanwhile as a profile, where one is wanted: `BENCH_PROFILE=FILE`. */
async function profile(work: () => Promise<void>): Promise<void> {
  const file = process.env['BENCH_PROFILE'] ?? '';
  if (file === '') return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await work();
  writeFileSync(file, JSON.stringify((await session.post('Profiler.stop')).profile));
  session.disconnect();
}

/** From the call that switches the mode to the first command that starts in an open terminal. */
async function measureSwitches(api: RampartApi): Promise<object> {
  const terminal = vscode.window.createTerminal({ name: 'switched' });
  terminal.show();
  await until('it is the active terminal', () => vscode.window.activeTerminal === terminal, 30_000);
  await vscode.commands.executeCommand(commandIds.protectTerminal);
  await until('it is guarded', () => api.terminals().some(({ state }) => state.kind === 'guarded'), 30_000);
  const run = join(homedir(), '.rampart/run');
  const [machine = ''] = readdirSync(run);
  const client = new EndpointClient({ kind: 'socket', path: join(run, machine, 'endpoint.sock') });
  const times: number[] = [];
  for (let round = 0; round < switches; round += 1) times.push(await measureSwitch(terminal, client));
  times.sort((first, second) => first - second);
  return { switched: times[Math.floor(switches / 2)] ?? 0, slowest: times.at(-1) ?? 0 };
}

async function measureSwitch(terminal: vscode.Terminal, client: EndpointClient): Promise<number> {
  const file = join(homedir(), 'switched');
  const started = join(homedir(), 'started');
  rmSync(file, { force: true });
  rmSync(started, { force: true });
  await client.setMode('enforce');
  terminal.sendText(
    `echo > ${started}; until rm -rf /srv/no-such-folder 2>/dev/null; do :; done; echo $EPOCHREALTIME > ${file}`,
  );
  await until('it tries', () => existsSync(started), 30_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const at = performance.timeOrigin + performance.now();
  await client.setMode('monitor');
  await until('it runs', () => existsSync(file) && readFileSync(file, 'utf8').trim() !== '', 30_000);
  return Number(readFileSync(file, 'utf8').replace(',', '.')) * 1_000 - at;
}
