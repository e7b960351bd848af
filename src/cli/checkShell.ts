import { join } from 'node:path';
import { parseEndpointUrl } from '../client/endpointAddress.ts';
import type { Environment } from '../client/preloadEnvironment.ts';
import { bad, good } from './check.ts';
import type { Check } from './check.ts';

/** What is known of the shell that asks. */
export interface ShellFacts {
  readonly environment: Environment;
  readonly home: string;
  /** The library is in this very process. */
  readonly isGuarded: boolean;
  /** That library asks nobody about what a person starts in this session. */
  readonly isLeftAlone: boolean;
  /** Where the endpoint of this user listens. */
  readonly socketUrl: string;
  readonly isThere: (path: string) => boolean;
  readonly readText: (path: string) => string | null;
  /** Whether the loader puts a library into a program. */
  readonly isGuardable: (path: string) => boolean;
}

/** Start files of shells, below the home directory and of the machine. */
const startFiles = [
  '.profile',
  '.bash_profile',
  '.bash_login',
  '.bashrc',
  '.zshenv',
  '.zprofile',
  '.zshrc',
  '.config/fish/config.fish',
] as const;
const machineStartFiles = [
  '/etc/profile',
  '/etc/bash.bashrc',
  '/etc/zsh/zshenv',
  '/etc/zsh/zshrc',
  '/etc/environment',
];

/** A line that takes the loader variable away, or gives it another value without keeping the old one. */
const clearing =
  /^[^#]*(?:\bunset\b[^#;]*\bLD_PRELOAD\b|\bset\s+-\w*e\w*\s+LD_PRELOAD\b|\benv\s[^#;]*-u\s*LD_PRELOAD\b|\bLD_PRELOAD=(?!.*\$\{?LD_PRELOAD))/;

/** What of a shell and its environment keeps its programs from being guarded. */
export function checkShell(facts: ShellFacts): readonly Check[] {
  return [
    checkLoader(facts),
    ...checkUrl(facts),
    ...checkMode(facts),
    checkProgram(facts),
    ...checkStartFiles(facts),
  ];
}

function checkLoader({ environment, isGuarded, isLeftAlone, isThere }: ShellFacts): Check {
  const entries = (environment['LD_PRELOAD'] ?? '').split(/[\s:]+/).filter(Boolean);
  const ours = entries.find((entry) => /\/librampart[^/]*\.so$/.test(entry));
  const foreign = entries.filter((entry) => entry !== ours);
  if (isGuarded) return checkLoaded(isLeftAlone, foreign);
  if (ours !== undefined)
    return bad('this shell', 'problem', [
      `LD_PRELOAD names ${ours}, but the library is not in this process${isThere(ours) ? '' : ': the file is not there'}`,
      'open a new terminal; if that does not help, install again: start the editor once',
    ]);
  if ((environment['RAMPART_URL'] ?? '') !== '')
    return bad('this shell', 'problem', [
      `RAMPART_URL is set, but LD_PRELOAD ${entries.length === 0 ? 'was cleared' : `was replaced by ${foreign.join(', ')}`}`,
      'look for what clears it (`start files` below, a wrapper, `sudo`, `env -i`), and open a new terminal',
    ]);
  const others = foreign.length === 0 ? '' : `, and LD_PRELOAD names ${foreign.join(', ')}`;
  return bad('this shell', 'note', [
    `it is not guarded${others}`,
    'that is right for a terminal of your own; guard one with the editor, or a command with `rampart preload -- COMMAND`',
  ]);
}

function checkLoaded(isLeftAlone: boolean, foreign: readonly string[]): Check {
  const guard = isLeftAlone
    ? 'the library is loaded; what a person types here is not asked about, what agents start here is'
    : 'it is guarded';
  if (foreign.length > 0)
    return bad('this shell', 'note', [
      `${guard}; LD_PRELOAD also names ${foreign.join(', ')}`,
      'nothing has to be done, unless that library replaces exec functions itself',
    ]);
  if (!isLeftAlone) return good('this shell', guard);
  return bad('this shell', 'note', [
    guard,
    'nothing has to be done; to have everything here asked about, run `Rampart: Protect Terminal` in the editor',
  ]);
}

function checkUrl({ environment, socketUrl, isThere }: ShellFacts): readonly Check[] {
  const url = environment['RAMPART_URL'] ?? '';
  if (url === '') return [];
  const address = parseEndpointUrl(url);
  if (!address.ok)
    return [
      bad('RAMPART_URL', 'problem', [
        `\`${url}\` is no address of an endpoint`,
        'open a new terminal, or unset it',
      ]),
    ];
  if (address.value.kind === 'tcp') return [good('RAMPART_URL', `${url}, an endpoint of a machine's port`)];
  if (!isThere(address.value.path))
    return [
      bad('RAMPART_URL', 'problem', [
        `nobody listens at ${address.value.path}`,
        'open a new terminal, or start an endpoint there: `rampart serve`',
      ]),
    ];
  if (url === socketUrl) return [good('RAMPART_URL', url)];
  return [
    bad('RAMPART_URL', 'warning', [
      `it names ${url}, but the endpoint of this user is ${socketUrl}`,
      'mode and rules that are set here do not reach this terminal: open a new one, or set RAMPART_STATE_DIR',
    ]),
  ];
}

function checkMode({ environment }: ShellFacts): readonly Check[] {
  const mode = environment['RAMPART_MODE'] ?? '';
  const isOpen = ['', '1'].includes(environment['RAMPART_FAIL_OPEN'] ?? '');
  return [
    ...(mode === '' || mode === 'enforce'
      ? []
      : [
          bad('RAMPART_MODE', 'warning', [
            `it is \`${mode}\`: nothing is refused in this terminal`,
            'unset it, or open a new terminal',
          ]),
        ]),
    isOpen
      ? good('fail mode', 'open: what nobody answers about runs')
      : good('fail mode', 'closed: what nobody answers about is refused'),
  ];
}

function checkProgram({ environment, isThere, isGuardable }: ShellFacts): Check {
  const shell = environment['SHELL'] ?? '/bin/sh';
  if (!isThere(shell))
    return bad('shell', 'warning', [`SHELL names ${shell}, which is not there`, 'set it with `chsh`']);
  if (isGuardable(shell)) return good('shell', `${shell} takes the library`);
  return bad('shell', 'problem', [
    `${shell} is static, setuid or of another machine: the loader puts no library into it, so nothing it starts is asked about`,
    'use another shell in terminals that are to be guarded: `chsh -s /bin/bash`, or the setting of the editor',
  ]);
}

function checkStartFiles({ home, readText }: ShellFacts): readonly Check[] {
  const files = [...startFiles.map((name) => join(home, name)), ...machineStartFiles];
  const found = files.flatMap((file) =>
    (readText(file) ?? '')
      .split('\n')
      .flatMap((line, index) => (clearing.test(line) ? [`${file}:${index + 1}`] : [])),
  );
  if (found.length === 0) return [good('start files', 'none takes LD_PRELOAD away')];
  return [
    bad('start files', 'problem', [
      `LD_PRELOAD is taken away or replaced in ${found.join(', ')}`,
      'take that line out, or keep the old value: `LD_PRELOAD=/other.so${LD_PRELOAD:+:$LD_PRELOAD}`',
    ]),
  ];
}
