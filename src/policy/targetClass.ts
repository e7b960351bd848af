import { isBelow, resolvePath } from './paths.ts';
import type { PathWorld } from './paths.ts';
import type { Deletion } from './deletion.ts';

/** Where something that is deleted lies; a target can be in several classes. */
export type TargetClass =
  | 'outside_workspace'
  | 'inside_workspace'
  | 'workspace_root'
  | 'repository'
  | 'home'
  | 'root'
  | 'temporary'
  | 'cache'
  | 'cache_root'
  | 'unknown';

/** Every name that `deletes` takes. */
export const targetClasses: readonly TargetClass[] = [
  'outside_workspace',
  'inside_workspace',
  'workspace_root',
  'repository',
  'home',
  'root',
  'temporary',
  'cache',
  'cache_root',
  'unknown',
];

/** Temporary directories that every system has. */
export const systemTemporary: readonly string[] = ['/var/tmp', '/dev/shm'];

/** In these every program keeps a cache of its own. */
const sharedCaches = ['.cache', 'Library/Caches'];

/** What is kept there can be made again, by convention; relative to the home directory. */
const cacheDirectories = [
  ...sharedCaches,
  'Library/Developer/Xcode/DerivedData',
  '.npm/_cacache',
  '.gradle/caches',
  '.m2/repository',
  '.cargo/registry',
  '.nuget/packages',
  '.pub-cache',
  '.bun/install/cache',
  '.local/share/pnpm/store',
  '.yarn/berry/cache',
  '.ivy2/cache',
  'go/pkg/mod',
];

/**
 * What version managers and shells take away and build again whenever a terminal opens; relative to the home
 * directory. Only what lies there is free, not the directories themselves.
 */
const rebuiltAtLogin =
  /^(?:\.(?:pyenv|rbenv|nodenv|goenv|jenv|plenv|phpenv|asdf)\/shims\/.|\.local\/share\/mise\/shims\/.|\.sdkman\/(?:tmp|var)\/.|\.oh-my-zsh\/cache\/.|\.zcompdump[^/]*$)/;

/** The classes of one thing that a command deletes. */
export function classifyTarget(target: Deletion, world: PathWorld): ReadonlySet<TargetClass> {
  // Code that is given to an interpreter has its own ways of expanding `~`.
  const named = world.home === null ? target.path : target.path.replace(/^~(?=\/|$)/, world.home);
  const path = target.isKnown ? resolvePath(world, target.directory, named) : null;
  if (path === null) return new Set<TargetClass>(['unknown', ...areaOfPrefix(named, world)]);
  const classes = new Set<TargetClass>();
  const whole = target.isWhole ? wholeOf(path) : null;
  if (whole !== null) addWholes(classes, whole, world);
  if (!classes.has('workspace_root')) classes.add(areaOf(path, world));
  return classes;
}

/** Something below a known directory outside lies outside, whatever it is called. */
function areaOfPrefix(path: string, world: PathWorld): readonly TargetClass[] {
  const directory = /^(\/[^$`*?[]*?)\/?[^/$`*?[]*[$`]/.exec(path)?.[1];
  if (directory === undefined) return [];
  const area = areaOf(`${world.realpath(directory === '/' ? '' : directory)}/?`, world);
  return area === 'outside_workspace' ? [area] : [];
}

/** What is gone afterwards: `*` in a directory takes all that is in it. */
function wholeOf(path: string): string {
  const directory = /^(.*)\/(?:\*\*?|\.(?:\[[!^]\.\]|\?\?)?\*)$/.exec(path);
  if (directory === null) return path;
  return directory[1] === undefined || directory[1] === '' ? '/' : directory[1];
}

function addWholes(classes: Set<TargetClass>, whole: string, world: PathWorld): void {
  const home = world.home === null ? null : world.realpath(world.home);
  const workspace = world.workspace === null ? null : world.realpath(world.workspace);
  if (home !== null && sharedCaches.some((name) => whole === `${home}/${name}`)) classes.add('cache_root');
  if (/^\/[^/]*$/.test(whole)) classes.add('root');
  if (home !== null && (whole === home || isBelow(home, whole))) classes.add('home');
  if (workspace !== null && whole === workspace) classes.add('workspace_root');
  if (/\/\.(?:git|hg|svn|jj)(?:\/(?:objects|refs|logs|packed-refs|HEAD|store|repo))?$/.test(whole))
    classes.add('repository');
}

function areaOf(path: string, world: PathWorld): TargetClass {
  const workspace = world.workspace === null ? null : world.realpath(world.workspace);
  if (workspace !== null && (path === workspace || isBelow(path, workspace))) return 'inside_workspace';
  if (isTemporary(path, workspace, world) || isRebuilt(path, world)) return 'temporary';
  return isCache(path, world) ? 'cache' : 'outside_workspace';
}

/** What lies in a temporary directory, but for the entry of it that holds the workspace, with what stands beside it. */
function isTemporary(path: string, workspace: string | null, world: PathWorld): boolean {
  const whole = wholeOf(path);
  return [...world.temporary, ...systemTemporary]
    .map((directory) => world.realpath(directory))
    .some(
      (directory) =>
        directory !== '/' &&
        directory !== workspace &&
        isBelow(whole, directory) &&
        !(workspace !== null && isInSameEntry(whole, workspace, directory)),
    );
}

/** Whether both paths lie in, or are, one and the same entry of the directory. */
function isInSameEntry(path: string, other: string, directory: string): boolean {
  if (!isBelow(other, directory)) return false;
  const [entry] = other.slice(directory.length + 1).split('/');
  const shared = `${directory}/${entry}`;
  return path === shared || isBelow(path, shared);
}

function isRebuilt(path: string, world: PathWorld): boolean {
  if (world.home === null) return false;
  const home = world.realpath(world.home);
  const whole = wholeOf(path);
  return isBelow(whole, home) && rebuiltAtLogin.test(whole.slice(home.length + 1));
}

function isCache(path: string, world: PathWorld): boolean {
  if (world.home === null) return false;
  const home = world.realpath(world.home);
  const whole = wholeOf(path);
  return cacheDirectories.some((name) => whole === `${home}/${name}` || isBelow(whole, `${home}/${name}`));
}
