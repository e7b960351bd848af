import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProcTable } from '../../src/system/processTable.ts';
import type { ProcessTable } from '../../src/system/processTable.ts';

/** One process of a made-up machine; what is not given is as in a person's shell. */
export interface FixtureProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly session: number;
  readonly terminal?: number;
  readonly started?: number;
  readonly state?: string;
  readonly user?: number;
  /** Who started it, where that is another user. */
  readonly realUser?: number;
  readonly environment?: readonly string[];
  readonly maps?: string;
  readonly commandLine?: readonly string[];
  readonly executable?: string;
  readonly namespace?: string;
  /** What it has open. */
  readonly open?: readonly string[];
  /** Files of the process that may not be read. */
  readonly hidden?: readonly string[];
}

/** The user whom the processes belong to. */
export const fixtureUser = 1_000;

/** Writes processes into a folder laid out like `/proc`. */
export function createFixtureProcesses(folder: string, processes: readonly FixtureProcess[]): ProcessTable {
  for (const fixture of processes) createProcess(folder, fixture, processes);
  return createProcTable(folder);
}

const ordinary = {
  terminal: 34_816,
  state: 'S',
  user: fixtureUser,
  environment: ['HOME=/home/u'],
  maps: '7f00-7f01 r-xp 00000000 fe:00 1 /usr/lib/libc.so.6\n',
  commandLine: ['bash'],
  executable: '/usr/bin/bash',
  namespace: 'pid:[1]',
  open: [],
  hidden: [],
} satisfies Partial<FixtureProcess>;

function createProcess(folder: string, fixture: FixtureProcess, processes: readonly FixtureProcess[]): void {
  const realUser = fixture.user ?? ordinary.user;
  const all: Required<FixtureProcess> = { ...ordinary, realUser, started: fixture.pid * 10, ...fixture };
  const { pid, ppid, session, terminal, started, state, user } = all;
  const files: Readonly<Record<string, string>> = {
    stat: `${pid} (fixture) ${state} ${ppid} ${pid} ${session} ${terminal} ${pid} 0 0 0 0 0 0 0 0 0 20 0 1 0 ${started} 0\n`,
    status: `Name:\tfixture\nUid:\t${all.realUser}\t${user}\t${user}\t${user}\n`,
    environ: all.environment.map((entry) => `${entry}\0`).join(''),
    maps: all.maps,
    cmdline: all.commandLine.map((word) => `${word}\0`).join(''),
  };
  const directory = join(folder, String(pid));
  const children = processes.filter((one) => one.ppid === pid).map((one) => `${one.pid} `);
  mkdirSync(join(directory, 'ns'), { recursive: true });
  mkdirSync(join(directory, `task/${pid}`), { recursive: true });
  writeFileSync(join(directory, `task/${pid}/children`), children.join(''));
  for (const [name, text] of Object.entries(files)) {
    if (!all.hidden.includes(name)) writeFileSync(join(directory, name), text);
  }
  if (!all.hidden.includes('exe')) symlinkSync(all.executable, join(directory, 'exe'));
  symlinkSync(all.namespace, join(directory, 'ns', 'pid'));
  mkdirSync(join(directory, 'fd'), { recursive: true });
  for (const [fd, path] of all.open.entries()) symlinkSync(path, join(directory, 'fd', String(fd)));
}
