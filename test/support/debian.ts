import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, runWell } from './run.ts';

/** How long apt may take, in milliseconds. */
const aptTimeoutMs = 300_000;

/**
 * Fetches the original source of a Debian source package, whose hash apt checks, and unpacks it into the folder: all of
 * it, or the parts that these patterns name.
 */
export async function unpackSource(name: string, into: string, parts: readonly string[] = []): Promise<void> {
  await fetch(
    `the source of the Debian package ${name}`,
    ['source', '--download-only', name],
    async (fetched) => {
      const archive = findFile(fetched, /\.orig\.tar\.\w+$/);
      const patterns = parts.length > 0 ? ['--no-wildcards-match-slash', '--wildcards', ...parts] : [];
      mkdirSync(into, { recursive: true });
      await runWell(['tar', 'xf', archive, '-C', into, '--strip-components=1', ...patterns]);
    },
  );
}

/** Fetches a Debian package and unpacks it into the folder. */
export async function unpackPackage(name: string, into: string): Promise<void> {
  await fetch(`the Debian package ${name}`, ['download', name], async (fetched) => {
    await runWell(['dpkg-deb', '-x', findFile(fetched, /\.deb$/), into]);
  });
}

/** Another machine than this one, or another release. */
export interface Elsewhere {
  /** Debian's name of it, such as `armhf`. */
  readonly architecture: string;
  readonly suite: string;
}

/** Fetches Debian packages and all that they need, as on a machine that has nothing, and unpacks them into the folder. */
export async function unpackTree(
  names: readonly string[],
  into: string,
  elsewhere: Elsewhere,
): Promise<void> {
  const words = ['--yes', '--no-install-recommends', '--download-only', 'install', ...names];
  await fetch(
    `Debian packages for ${elsewhere.architecture}`,
    words,
    async (fetched) => {
      const folder = join(fetched, 'apt', 'cache', 'archives');
      for (const name of readdirSync(folder).filter((each) => each.endsWith('.deb')))
        await runWell(['dpkg-deb', '-x', join(folder, name), into]);
    },
    elsewhere,
  );
}

function findFile(folder: string, pattern: RegExp): string {
  const file = readdirSync(folder).find((name) => pattern.test(name));
  if (file === undefined) throw new Error(`apt has fetched no file ${pattern.source}`);
  return join(folder, file);
}

/** Lets apt fetch something into a folder that is there until `use` is done. */
async function fetch(
  what: string,
  words: readonly string[],
  use: (folder: string) => Promise<void>,
  elsewhere?: Elsewhere,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-apt-'));
  try {
    await apt(what, words, folder, elsewhere);
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls apt with lists and settings of its own: the machine's are read and stay as they are. */
async function apt(
  what: string,
  words: readonly string[],
  folder: string,
  elsewhere?: Elsewhere,
): Promise<void> {
  const own = join(folder, 'apt');
  const sources = join(own, 'private.sources');
  for (const each of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(own, each), { recursive: true });
  writeFileSync(sources, elsewhere === undefined ? readSources() : readSourcesOf(elsewhere.suite));
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(own, 'lists'),
    'Dir::Cache': join(own, 'cache'),
    'APT::Sandbox::User': '',
    ...(elsewhere === undefined
      ? {}
      : {
          'APT::Architecture': elsewhere.architecture,
          'APT::Architectures::': elsewhere.architecture,
          'Dir::State::status': '/dev/null',
        }),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  for (const step of [['update'], words]) {
    const { status, output } = await run(['apt-get', '-q', ...options, ...step], {
      cwd: folder,
      timeoutMs: aptTimeoutMs,
    });
    if (status !== 0) throw new Error(`${what} cannot be fetched:\n${output.slice(-1000)}`);
  }
}

/** The machine's own places for packages of the distribution, and for their sources as well. */
function readSources(): string {
  const parts = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...(existsSync(parts) ? readdirSync(parts) : [])]
    .map((file) => (file.startsWith('/') ? file : join(parts, file)))
    .filter((file) => existsSync(file));
  const stanzas = files
    .filter((file) => file.endsWith('.sources'))
    .flatMap((file) => readFileSync(file, 'utf8').split(/\n{2,}/))
    .map((stanza) => stanza.replace(/^Types:.*$/m, 'Types: deb deb-src'));
  const lines = files
    .filter((file) => file.endsWith('.list'))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .flatMap(formatStanza);
  const own = [...stanzas, ...lines].filter((stanza) => /^URIs:.*\/(debian|ubuntu)/m.test(stanza));
  if (own.length === 0)
    throw new Error('apt has no place for packages of Debian: the suites cannot be fetched');
  return `${own.join('\n\n')}\n`;
}

/** The place for packages of the distribution, for another release of it. */
function readSourcesOf(suite: string): string {
  const stanza = readSources()
    .split(/\n{2,}/)
    .find((each) => /^URIs:.*\/debian\/?$/m.test(each));
  if (stanza === undefined) throw new Error('apt has no place for packages of Debian');
  return `${stanza
    .replace(/^Types:.*$/m, 'Types: deb')
    .replace(/^Suites:.*$/m, `Suites: ${suite}`)
    .replace(/^Components:.*$/m, 'Components: main')}\n`;
}

/** A line of the older format in the newer one, in which all stand in one file. */
function formatStanza(line: string): readonly string[] {
  const [, options = '', uri, suite, components] =
    /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
  if (uri === undefined || suite === undefined || components === undefined) return [];
  const signer = /signed-by=(\S+)/.exec(options)?.[1];
  const key = signer === undefined ? '' : `\nSigned-By: ${signer}`;
  return [`Types: deb deb-src\nURIs: ${uri}\nSuites: ${suite}\nComponents: ${components}${key}`];
}
