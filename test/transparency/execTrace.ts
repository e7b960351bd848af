/** An exec that the kernel carried out. */
export interface KernelExec {
  readonly pid: number;
  /** The path as it was given; empty where strace shows it in another line, and where it was a descriptor. */
  readonly path: string;
  /** When it had succeeded, in milliseconds since 1970. */
  readonly time: number;
  /** Whether it is the shell that says why in the place of one that was refused. */
  readonly isStandIn: boolean;
}

export interface ExecTrace {
  /** In the order in which they succeeded. */
  readonly execs: readonly KernelExec[];
  /** The processes that a signal ended. */
  readonly killed: readonly number[];
}

/** What the line tells in which an exec begins. */
type Begun = Pick<KernelExec, 'path' | 'isStandIn'>;

/** What is known of one of which no line told how it began. */
const unseen: Begun = { path: '', isStandIn: false };

/** The text of that shell, as strace shows it; docs/protocol.md, section 4. */
const standInText = String.raw`["/bin/sh", "-c", "printf %s \"$0\">&2;exit 126", `;

/**
 * What `strace -f -ttt -e trace=execve,execveat` wrote. An exec that another thread's line came between stands there in
 * two parts, of which the second says how it ended.
 */
export function parseExecTrace(text: string): ExecTrace {
  const begun = new Map<string, Begun>();
  const execs: KernelExec[] = [];
  const killed: number[] = [];
  for (const line of text.split('\n')) {
    const [, pid = '', seconds = '', rest = ''] = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line) ?? [];
    const start = parseStart(rest);
    if (start !== null) begun.set(pid, start);
    if (/^(?:execve(?:at)?\(|<\.\.\. execve(?:at)? resumed>).*\) += 0$/.test(rest))
      execs.push({ pid: Number(pid), time: Number(seconds) * 1000, ...(begun.get(pid) ?? unseen) });
    if (rest.startsWith('+++ killed by ')) killed.push(Number(pid));
  }
  return { execs, killed };
}

function parseStart(rest: string): Begun | null {
  const [, path] = /^execve(?:at)?\((?:[^,"]+, )?"((?:[^"\\]|\\.)*)"/.exec(rest) ?? [];
  return path === undefined ? null : { path, isStandIn: rest.includes(standInText) };
}
