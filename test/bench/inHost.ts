import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
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
async function measureBurst(api: RampartApi, socket: string): Promise<Record<string, number>> {
  await until('it is connected', () => api.status().endpoint === 'connected', 30_000);
  await vscode.commands.executeCommand('rampart.decisions.focus');
  await vscode.commands.executeCommand(commandIds.showDeniedCommands);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const idle = await longestPause(() => new Promise((resolve) => setTimeout(resolve, 4_000)));
  const heapBefore = process.memoryUsage().heapUsed;
  const cpuBefore = process.cpuUsage();
  const burst = await longestPause(async () => {
    const told = request({ socketPath: socket, path: '/bench/burst', method: 'POST' }).end();
    const [answer] = (await once(told, 'response')) as [AsyncIterable<Buffer>];
    let last = '';
    for await (const part of answer) last += part.toString();
    await until('the last one is there', () => api.decisions().at(-1)?.id === last, 60_000);
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

async function longestPause(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

/** From the call that switches the mode to the first command that starts in an open terminal. */
async function measureSwitches(api: RampartApi): Promise<Record<string, number>> {
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
