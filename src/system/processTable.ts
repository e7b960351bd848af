import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The kernel's line about a process, as far as we need it; proc(5), `/proc/PID/stat`. */
export interface ProcessStat {
  readonly pid: number;
  readonly ppid: number;
  /** Process id of the session's leader. */
  readonly session: number;
  /** Device number of the controlling terminal; 0 when there is none. */
  readonly terminal: number;
  /** The process group in the foreground of that terminal; -1 when there is none. */
  readonly foreground: number;
  /** Start time in clock ticks since boot: with the pid it names a process for good. */
  readonly started: number;
  /** False for a zombie, which has a pid but runs nothing. */
  readonly alive: boolean;
}

/**
 * What can be known of the machine's processes. Every answer is null when the process is gone or may not be
 * read; a caller that decides about authority takes null as evidence against.
 */
export interface ProcessTable {
  /** Whether the process that had this pid and start time still runs. An unknown start time (0) matches any. */
  isRunning(pid: number, started: number): boolean;
  stat(pid: number): ProcessStat | null;
  /** Effective user id. */
  user(pid: number): number | null;
  /** Whether it acts as another user or group than whoever started it, as a set-uid program does. */
  actsAsOther(pid: number): boolean | null;
  /** The environment that the program was started with, as `NAME=value`. */
  environment(pid: number): readonly string[] | null;
  /** The text of `/proc/PID/maps`: which files are mapped. */
  maps(pid: number): string | null;
  commandLine(pid: number): readonly string[] | null;
  /** Absolute path of the running program. */
  executable(pid: number): string | null;
  /** Name of the pid namespace; two processes with the same one see the same numbers. */
  namespace(pid: number): string | null;
  /** Process ids of the living children, whichever thread started them. */
  children(pid: number): readonly number[] | null;
  /** Device numbers of the terminals that a process has open, as `ProcessStat.terminal` has them. */
  openTerminals(pid: number): readonly number[] | null;
  /** Process ids of all processes. */
  all(): readonly number[] | null;
}

/** The table for this system: `/proc` on Linux, elsewhere one that knows only which processes run. */
export function createProcessTable(platform: string = process.platform): ProcessTable {
  return platform === 'linux' ? createProcTable('/proc') : unknownProcesses;
}

/** Reads a directory laid out like Linux's `/proc`. */
export function createProcTable(root: string): ProcessTable {
  const textOf = (pid: number, entry: string): string | null => readText(`${root}/${pid}/${entry}`);
  return {
    isRunning: (pid, started) => {
      const stat = parseStat(textOf(pid, 'stat'));
      return stat?.alive === true && (started === 0 || stat.started === started);
    },
    stat: (pid) => parseStat(textOf(pid, 'stat')),
    user: (pid) => parseUser(textOf(pid, 'status')),
    actsAsOther: (pid) => parseActsAsOther(textOf(pid, 'status')),
    environment: (pid) => splitAtNul(textOf(pid, 'environ')),
    maps: (pid) => textOf(pid, 'maps'),
    commandLine: (pid) => splitAtNul(textOf(pid, 'cmdline')),
    executable: (pid) => readLink(`${root}/${pid}/exe`),
    namespace: (pid) => readLink(`${root}/${pid}/ns/pid`),
    children: (pid) =>
      joinChildren(readNumbers(`${root}/${pid}/task`), (thread) => textOf(pid, `task/${thread}/children`)),
    openTerminals: (pid) => {
      const paths = readNumbers(`${root}/${pid}/fd`)?.map((fd) => readLink(`${root}/${pid}/fd/${fd}`));
      return paths === undefined ? null : [...new Set(paths.flatMap(terminalNumber))];
    },
    all: () => readNumbers(root),
  };
}

/** Without `/proc` only the pid can be asked about: a later process that got it counts as the same. */
const unknownProcesses: ProcessTable = {
  isRunning: (pid) => isThere(pid),
  stat: () => null,
  user: () => null,
  actsAsOther: () => null,
  environment: () => null,
  maps: () => null,
  commandLine: () => null,
  executable: () => null,
  namespace: () => null,
  children: () => null,
  openTerminals: () => null,
  all: () => null,
};

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function readLink(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null;
  }
}

function splitAtNul(text: string | null): readonly string[] | null {
  if (text === null) return null;
  const entries = text.split('\0');
  if (entries.at(-1) === '') entries.pop();
  return entries;
}

/** As many fields behind the program's name as we need. */
const statFields = 20;

/** The program's name stands in parentheses and may hold anything, so the fields are counted from the last one. */
function parseStat(text: string | null): ProcessStat | null {
  if (text === null) return null;
  const nameEnd = text.lastIndexOf(')');
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(nameEnd + 2).split(' ', statFields);
  const [state = ''] = fields;
  const numberAt = (index: number): number => Number(fields[index]);
  const stat = {
    pid,
    ppid: numberAt(1),
    session: numberAt(3),
    terminal: numberAt(4),
    foreground: numberAt(5),
    started: numberAt(19),
    alive: !'ZXx'.includes(state),
  };
  const complete = nameEnd !== -1 && fields.length === statFields && state !== '';
  return complete && Number.isInteger(pid) && Number.isInteger(stat.started) ? stat : null;
}

/** The line `Uid: real effective saved filesystem` of `/proc/PID/status`. */
function parseUser(text: string | null): number | null {
  const found = /^Uid:\s+\d+\s+(\d+)/m.exec(text ?? '');
  return found === null ? null : Number(found[1]);
}

/** The same line and the one of the groups: real and effective ones differ. */
function parseActsAsOther(text: string | null): boolean | null {
  const lines = [...(text ?? '').matchAll(/^[UG]id:\s+(\d+)\s+(\d+)/gm)];
  return lines.length === 0 ? null : lines.some(([, real, effective]) => real !== effective);
}

function joinChildren(
  threads: readonly number[] | null,
  read: (thread: number) => string | null,
): readonly number[] | null {
  const texts = (threads ?? []).flatMap((thread) => read(thread) ?? []);
  if (texts.length === 0) return null;
  return texts
    .flatMap((text) => text.split(' ').map(Number))
    .filter((pid) => Number.isInteger(pid) && pid > 0);
}

/** Major number of the devices below `/dev/pts`. */
const ptyMajor = 136;

/** The device number of a terminal below `/dev/pts` in the kernel's form: the low byte of the minor, the major, the rest. */
function terminalNumber(path: string | null): readonly number[] {
  const [, index] = /^\/dev\/pts\/(\d+)$/.exec(path ?? '') ?? [];
  const minor = Number(index);
  return index === undefined ? [] : [(minor & 0xff) + (ptyMajor << 8) + ((minor >> 8) << 20)];
}

/** The entries of a folder that are numbers; null when it cannot be read. */
function readNumbers(folder: string): readonly number[] | null {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return null;
  }
}
