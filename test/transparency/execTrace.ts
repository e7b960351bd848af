/** An exec that the kernel carried out. */
export interface KernelExec {
  readonly pid: number;
  /** The path as it was given; empty where strace shows it in another line, and where it was a descriptor. */
  readonly path: string;
}

/**
 * The execs in what `strace -f -e trace=execve,execveat` wrote, in the order in which they succeeded. One that another
 * thread's line came between stands there in two parts, of which the second says how it ended.
 */
export function parseExecTrace(text: string): readonly KernelExec[] {
  const begun = new Map<string, string>();
  const execs: KernelExec[] = [];
  for (const line of text.split('\n')) {
    const [, pid = '', path] = /^(\d+) +execve(?:at)?\((?:[^,"]+, )?"((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
    if (path !== undefined) begun.set(pid, path);
    const [, ended] = /^(\d+) +(?:execve(?:at)?\(|<\.\.\. execve(?:at)? resumed>).*\) += 0$/.exec(line) ?? [];
    if (ended !== undefined) execs.push({ pid: Number(ended), path: begun.get(ended) ?? '' });
  }
  return execs;
}
