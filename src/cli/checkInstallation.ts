import type { Result } from '../base/result.ts';
import { bad, good } from './check.ts';
import type { Check } from './check.ts';
import { findMount } from './mounts.ts';

/** What is known of the installation. */
export interface InstallationFacts {
  /** The preload library, or why there is none. */
  readonly library: Result<string, string>;
  /** The first bytes of a file; null when it cannot be read. */
  readonly readHead: (path: string) => Buffer | null;
  readonly mountInfo: string;
  readonly arch: string;
  readonly addon: Result<unknown, string>;
  /** The program that `rampart` is on PATH, and its first bytes as text; null when there is none. */
  readonly command: { readonly path: string; readonly head: string } | null;
  /** Whether a program that is told to load the library has it, or why that is not known. */
  readonly isLoaded: Result<boolean, string>;
}

/** `e_machine` of an ELF file, elf(5), by Node's name of the architecture. */
const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183, arm: 40, ia32: 3, riscv64: 243 };
const machineOffset = 18;

/** What of the installation keeps programs from being guarded. */
export function checkInstallation(facts: InstallationFacts): readonly Check[] {
  return [checkLibrary(facts), checkLoading(facts), checkAddon(facts), checkCommand(facts)];
}

function checkLibrary({ library, readHead, mountInfo, arch }: InstallationFacts): Check {
  const again = 'start the editor once, or install again';
  if (!library.ok) return bad('library', 'problem', [library.error, again]);
  const file = library.value;
  const head = readHead(file);
  if (head === null) return bad('library', 'problem', [`${file} cannot be read`, again]);
  if (head.toString('latin1', 0, 4) !== '\x7fELF' || head.length <= machineOffset + 1)
    return bad('library', 'problem', [`${file} is no library`, again]);
  const machine = head.readUInt16LE(machineOffset);
  if (machines[arch] !== undefined && machine !== machines[arch])
    return bad('library', 'problem', [
      `${file} is for another machine (ELF machine ${machine}, not ${arch})`,
      again,
    ]);
  const mount = findMount(mountInfo, file);
  if (mount?.options.includes('noexec') === true)
    return bad('library', 'problem', [
      `${file} is on ${mount.path}, which is mounted noexec: the loader may not map it`,
      `mount it without: \`mount -o remount,exec ${mount.path}\`, or put the home directory elsewhere`,
    ]);
  return good('library', file);
}

function checkLoading({ library, isLoaded }: InstallationFacts): Check {
  if (!library.ok) return bad('loading', 'problem', ['there is no library to load', 'see `library`']);
  if (!isLoaded.ok)
    return bad('loading', 'warning', [
      isLoaded.error,
      'try it by hand: `LD_PRELOAD=FILE cat /proc/self/maps`',
    ]);
  if (isLoaded.value) return good('loading', 'a program that is told to load the library has it');
  return bad('loading', 'problem', [
    'a program that is told to load the library runs without it',
    'look at what the loader says: `LD_PRELOAD=FILE LD_DEBUG=libs cat /dev/null`; a C library or loader of another kind, or a policy of the machine, refuses it',
  ]);
}

function checkAddon({ addon }: InstallationFacts): Check {
  if (addon.ok) return good('native addon', 'it is loaded');
  return bad('native addon', 'warning', [
    `${addon.error}: \`rampart preload\` runs commands as its children, and an endpoint knows nobody who may steer it`,
    'start the editor once, or install again, with a Node.js of this machine',
  ]);
}

function checkCommand({ command }: InstallationFacts): Check {
  if (command === null)
    return bad('command', 'note', [
      'there is no `rampart` on PATH',
      'put ~/.rampart/bin into PATH to have it in every terminal',
    ]);
  const isOurs =
    command.head.includes("Rampart's command line.") || command.head.includes('rampart/dist/cli.js');
  if (isOurs) return good('command', command.path);
  return bad('command', 'warning', [
    `\`rampart\` on PATH is ${command.path}, another program`,
    'put ~/.rampart/bin before its directory in PATH; what you type may otherwise steer another guard',
  ]);
}
