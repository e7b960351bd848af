import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { createProcessTable } from '../system/processTable.ts';
import { formatCommandShim } from './commandShim.ts';
import type { NodeProgram } from './nodeProgram.ts';
import { isLoadablePath } from './preloadEnvironment.ts';
import { createPrivateFolder, linkAtomically, replaceAtomically, writeFolderOnce } from './privateFolder.ts';
import { pruneVersions } from './pruneVersions.ts';
import { hashFiles, readRuntimeFiles } from './runtimeFiles.ts';

/** Where things are installed. */
export interface InstallationPlace {
  /** The user's home directory. */
  readonly home: string;
  readonly platform: string;
  readonly arch: string;
  /** The user's id; part of the name of a shared folder. */
  readonly uid: number;
  /** Where folders of our own may be made when the home's path is none that the loader takes. */
  readonly sharedFolder: string;
}

/** What an installation is made from. */
export interface InstallationSource {
  /** The bundle folder: `cli.js`, `endpoint.js`, `native/`, `policies/` … */
  readonly bundleFolder: string;
  readonly program: NodeProgram;
}

/** The stable paths of an installation. */
export interface Installation {
  /** The folder of this version of the runtime, with `endpoint.js`. */
  readonly runtimeFolder: string;
  /** The library as the loader takes it; the same path for every version. */
  readonly library: string;
  /** The command `rampart`; the same path for every version. */
  readonly command: string;
}

/** The place that a user's things are installed to on this machine. */
export function installationPlace(home: string): InstallationPlace {
  const { platform, arch } = process;
  return { home, platform, arch, uid: process.geteuid?.() ?? 0, sharedFolder: '/var/tmp' };
}

/**
 * Installs the runtime, the library and the command to paths that stay the same when this version, or the
 * editor that brought it, goes. Repeated, it repairs what is missing; when all is there nothing is written.
 * A failure says what could not be written.
 */
export function installRuntime(
  source: InstallationSource,
  place: InstallationPlace,
): Result<Installation, string> {
  const files = readRuntimeFiles(source.bundleFolder);
  if (!files.ok) return files;
  const versions = join(place.home, '.rampart', 'versions');
  const runtimeFolder = join(versions, hashFiles(files.value));
  const folder = createPrivateFolder(versions);
  if (!folder.ok) return folder;
  const written = writeFolderOnce(runtimeFolder, files.value);
  if (!written.ok) return failure(`the runtime ${written.error}`);
  pruneVersions(versions, runtimeFolder, createProcessTable(place.platform));
  const library = installLibrary(libraryIn(source.bundleFolder, place), place);
  if (!library.ok) return library;
  const command = installCommand(join(runtimeFolder, 'cli.js'), source.program, place);
  return command.ok ? success({ runtimeFolder, library: library.value, command: command.value }) : command;
}

/**
 * Installs the preload library from a file and gives back its stable path, one that the loader takes: under the
 * home directory, or in a shared folder that only we may write when that path holds a space, a colon or a `$`.
 */
export function installLibrary(file: string, place: InstallationPlace): Result<string, string> {
  const link = installedLibrary(place);
  if (!isLoadablePath(link)) return failure(`the loader takes no such path: ${link}`);
  const name = basename(link);
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (thrown) {
    return failure(`the preload library cannot be read: ${messageOf(thrown)}`);
  }
  const folder = join(link, '..');
  for (const parent of [rampartFolder(place), folder]) {
    const made = createPrivateFolder(parent);
    if (!made.ok) return made;
  }
  const runtimeFile = { path: name, content, isExecutable: true };
  const version = hashFiles([runtimeFile]);
  const written = writeFolderOnce(join(folder, version), [runtimeFile]);
  if (!written.ok) return failure(`the preload library ${written.error}`);
  const target = join(version, name);
  if (linkTarget(link) !== target) {
    const linked = linkAtomically(link, target);
    if (!linked.ok) return failure(`the preload library ${linked.error}`);
  }
  pruneVersions(folder, join(folder, version), createProcessTable(place.platform));
  return success(link);
}

/** The file name of the library on a platform. */
export function libraryName(platform: string): string {
  return platform === 'darwin' ? 'librampart.dylib' : 'librampart.so';
}

/** The library in a bundle folder. */
export function libraryIn(bundleFolder: string, place: InstallationPlace): string {
  return join(bundleFolder, 'native', `${place.platform}-${place.arch}`, libraryName(place.platform));
}

/** The stable path of the library, whether it is there or not. */
export function installedLibrary(place: InstallationPlace): string {
  return join(rampartFolder(place), 'lib', `${place.platform}-${place.arch}`, libraryName(place.platform));
}

/** The stable path of the command, whether it is there or not. */
export function installedCommand(place: InstallationPlace): string {
  return join(place.home, '.rampart', 'bin', 'rampart');
}

/** Where the library is installed under: the home's `.rampart` if the loader takes its path. */
function rampartFolder(place: InstallationPlace): string {
  const own = join(place.home, '.rampart');
  return isLoadablePath(own) ? own : join(place.sharedFolder, `rampart-${place.uid}`);
}

function installCommand(
  script: string,
  program: NodeProgram,
  place: InstallationPlace,
): Result<string, string> {
  const command = installedCommand(place);
  const folder = createPrivateFolder(join(command, '..'));
  if (!folder.ok) return folder;
  const text = formatCommandShim(script, program);
  if (readText(command) === text) return success(command);
  const replaced = replaceAtomically(command, (draft) => writeFileSync(draft, text, { mode: 0o755 }));
  return replaced.ok ? success(command) : failure(`the command ${replaced.error}`);
}

function linkTarget(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
