import { basename } from 'node:path';
import type { ProcessTable } from '../../system/processTable.ts';

const shells = new Set([
  ...['bash', 'sh', 'dash', 'ash', 'zsh', 'fish', 'ksh', 'mksh', 'tcsh', 'csh'],
  ...['pwsh', 'nu', 'elvish', 'xonsh'],
]);

/** Options of shells whose value stands in the next argument; editors start shells with them. */
const valueOptions = new Set(['--init-file', '--rcfile', '-o', '+o', '-O', '+O', '--init-command']);

/**
 * Whether a process is an interactive shell that has no child: starting it anew ends no work.
 * What cannot be read counts as work.
 */
export function isIdleShell(processes: ProcessTable, pid: number): boolean {
  const argv = processes.commandLine(pid);
  const children = processes.children(pid);
  return argv !== null && children?.length === 0 && isInteractiveShell(argv);
}

/** Whether a process is a shell in which somebody may type; what cannot be read counts as one. */
export function isTypedIn(processes: ProcessTable, pid: number): boolean {
  const argv = processes.commandLine(pid);
  return argv === null || isInteractiveShell(argv);
}

/** Whether arguments start a shell that reads from its terminal, rather than a script or a command text. */
function isInteractiveShell(argv: readonly string[]): boolean {
  const program = basename(argv[0] ?? '').replace(/^-/, '');
  if (!shells.has(program)) return false;
  if (program === 'pwsh')
    return argv.some((argument) => argument.toLowerCase() === '-noexit') || argv.length === 1;
  for (let index = 1; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (valueOptions.has(argument)) index += 1;
    else if (!argument.startsWith('-') || /^-[a-z]*c/.test(argument)) return false;
  }
  return true;
}
