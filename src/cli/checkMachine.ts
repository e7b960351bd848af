import type { Environment } from '../client/preloadEnvironment.ts';
import { bad, good } from './check.ts';
import type { Check } from './check.ts';

/** What is known of the machine. A text is null when the file is not there or cannot be read. */
export interface MachineFacts {
  readonly platform: string;
  readonly kernel: string;
  readonly environment: Environment;
  /** Whether something stands at a path. */
  readonly isThere: (path: string) => boolean;
  readonly readText: (path: string) => string | null;
}

/** The oldest kernel that all is tried on: processes are followed by descriptors from then on. */
const oldestKernel = [5, 4] as const;

/** What of the machine itself keeps programs from being guarded. */
export function checkMachine(facts: MachineFacts): readonly Check[] {
  const { platform } = facts;
  if (platform !== 'linux')
    return [
      bad('system', 'warning', [
        `${platform} is not Linux`,
        'programs that the system protects drop the library: see SECURITY.md',
      ]),
    ];
  const found = [
    ...checkKernel(facts),
    ...checkEditorSandbox(facts),
    ...checkDistribution(facts),
    ...checkSeccomp(facts),
  ];
  return found.length === 0 ? [good('system', `Linux ${facts.kernel}`)] : found;
}

function checkKernel({ kernel, readText }: MachineFacts): readonly Check[] {
  // The first edition says "Microsoft", the second "microsoft-standard".
  if (/Microsoft/.test(readText('/proc/version') ?? ''))
    return [
      bad('system', 'problem', [
        'this is WSL 1, which has no Linux kernel: sockets and /proc are not as the guard needs them',
        'convert it in Windows: `wsl --set-version DISTRIBUTION 2`',
      ]),
    ];
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  if (major > oldestKernel[0] || (major === oldestKernel[0] && minor >= oldestKernel[1])) return [];
  return [
    bad('system', 'warning', [
      `Linux ${kernel} is older than ${oldestKernel.join('.')}`,
      'update the kernel; who may steer the endpoint is not known as surely without that',
    ]),
  ];
}

function checkEditorSandbox({ environment, isThere }: MachineFacts): readonly Check[] {
  const flatpak = environment['FLATPAK_ID'];
  if (flatpak !== undefined || isThere('/.flatpak-info'))
    return [
      bad('sandbox', 'warning', [
        `this shell runs inside a Flatpak${flatpak === undefined ? '' : ` (${flatpak})`}: what is started with \`flatpak-spawn --host\` or \`host-spawn\` is outside and not guarded`,
        "install the editor from its maker's package instead, or guard the command there: `flatpak-spawn --host rampart preload -- …`",
      ]),
    ];
  const snap = environment['SNAP_NAME'];
  if (snap === undefined || environment['SNAP'] === undefined) return [];
  return [
    bad('sandbox', 'warning', [
      `this shell was started by a Snap (${snap}), which changes the loader's variables and may hide ~/.rampart`,
      "install the editor with `snap install --classic` or from its maker's package",
    ]),
  ];
}

function checkDistribution({ isThere, readText }: MachineFacts): readonly Check[] {
  if (isThere('/etc/NIXOS') || /^ID=nixos$/m.test(readText('/etc/os-release') ?? ''))
    return [
      bad('system', 'warning', [
        'this is NixOS: programs bring loaders and C libraries of their own, and a wrapper may clear the loader variable',
        'trust the check `loading` below; where it fails, take LD_PRELOAD out of what the wrapper unsets',
      ]),
    ];
  const isMusl = ['x86_64', 'aarch64'].some((arch) => isThere(`/lib/ld-musl-${arch}.so.1`));
  return isMusl
    ? [
        bad('system', 'note', [
          'musl is installed: its programs are guarded by the same library',
          'nothing has to be done; Node.js must be one for musl where there is no glibc',
        ]),
      ]
    : [];
}

function checkSeccomp({ readText }: MachineFacts): readonly Check[] {
  if (!/^Seccomp:\s*2$/m.test(readText('/proc/self/status') ?? '')) return [];
  return [
    bad('sandbox', 'note', [
      'a seccomp filter is in force here; where it forbids sockets, programs ask through a FIFO, and mode changes reach them as well',
      'nothing has to be done, unless `loading` or `endpoint` below says so',
    ]),
  ];
}
