/** An exec that the kernel carried out. */
export interface KernelExec {
  readonly pid: number;
  /** The path as it was given; empty where strace shows it in another line, and where it was a descriptor. */
  readonly path: string;
  /** When it had succeeded, in milliseconds since 1970. */
  readonly time: number;
}

export interface ExecTrace {
  /** In the order in which they succeeded. */
  readonly execs: readonly KernelExec[];
  /** The processes that a signal ended. */
  readonly killed: readonly number[];
}

/**
 * What `strace -f -ttt -e trace=execve,execveat` wrote. An exec that another thread's line came between stands there in
 * two parts, of which the second says how it ended.
 */
export function parseExecTrace(text: string): ExecTrace {
  const begun = new Map<string, string>();
  const execs: KernelExec[] = [];
  const killed: number[] = [];
  for (const line of text.split('\n')) {
    const [, pid = '', seconds = '', rest = ''] = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line) ?? [];
    const [, path] = /^execve(?:at)?\((?:[^,"]+, )?"((?:[^"\\]|\\.)*)"/.exec(rest) ?? [];
    if (path !== undefined) begun.set(pid, path);
    if (/^(?:execve(?:at)?\(|<\.\.\. execve(?:at)? resumed>).*\) += 0$/.test(rest))
      execs.push({ pid: Number(pid), path: begun.get(pid) ?? '', time: Number(seconds) * 1000 });
    if (rest.startsWith('+++ killed by ')) killed.push(Number(pid));
  }
  return { execs, killed };
}
