import { isBelow, normalizePath } from './paths.ts';
import type { Word } from './shellScript.ts';

/** A path of this machine, and where a container finds it. */
export interface Mount {
  /** As it is written; may be relative. */
  readonly host: string;
  readonly inside: string;
}

const containerTools: ReadonlySet<string> = new Set([
  'docker',
  'podman',
  'nerdctl',
  'docker-compose',
  'bwrap',
  'systemd-nspawn',
]);

/** The mounts that a command gives a container: `-v HOST:INSIDE`, `--mount type=bind,source=HOST,target=INSIDE`. */
export function readMounts({
  program,
  words,
}: {
  readonly program: string;
  readonly words: readonly Word[];
}): readonly Mount[] {
  if (!containerTools.has(program)) return [];
  return words.flatMap((word, index) => readMount(words[index - 1], word) ?? []);
}

function readMount(before: Word | undefined, word: Word): Mount | null {
  const option = before?.text ?? '';
  if (/^(?:-[a-z]*v|--volume|--bind|--bind-ro)$/.test(option)) return readVolume(word.text);
  if (option === '--mount') return readBind(word.text);
  const attached = /^(?:-v=?|--volume=|--bind=)(.+)$/.exec(word.text)?.[1];
  if (attached !== undefined) return readVolume(attached);
  const bind = /^--mount=(.+)$/.exec(word.text)?.[1];
  return bind === undefined ? null : readBind(bind);
}

/** A volume that has a name instead of a path is none of this machine's files. */
function readVolume(text: string): Mount | null {
  const [host = '', inside = host] = text.split(':');
  return /^[/.~]/.test(host) ? { host, inside } : null;
}

function readBind(text: string): Mount | null {
  const part = (names: RegExp): string | undefined =>
    text
      .split(',')
      .map((entry) => names.exec(entry)?.[1])
      .find((value) => value !== undefined);
  const host = part(/^(?:source|src)=(.+)$/);
  const inside = part(/^(?:target|destination|dst)=(.+)$/);
  return host === undefined || inside === undefined || !/^[/.~]/.test(host) ? null : { host, inside };
}

/** What a path in a container is on this machine; null when it is only the container's. A directory stands for what is mounted below it. */
export function pathOnHost(path: string, mounts: readonly Mount[]): string | null {
  if (!path.startsWith('/')) return null;
  const inside = normalizePath(path);
  for (const mount of mounts) {
    const root = normalizePath(mount.inside);
    if (inside === root || isBelow(root, inside)) return mount.host;
    if (isBelow(inside, root)) return `${mount.host}/${inside.slice(root === '/' ? 1 : root.length + 1)}`;
  }
  return null;
}
