import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { installLibrary, installedLibrary, libraryIn, libraryName } from '../client/installation.ts';
import type { InstallationPlace } from '../client/installation.ts';
import { isLoadablePath } from '../client/preloadEnvironment.ts';

/**
 * The preload library: beside the command, else installed for the user, else for the machine.
 * One whose path the loader would not take is copied to a path that it does. A failure says where was looked.
 */
export function findLibrary(bundleFolder: string, place: InstallationPlace): Result<string, string> {
  const candidates = libraryCandidates(bundleFolder, place);
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) return failure(`there is no preload library: looked for ${candidates.join(', ')}`);
  return isLoadablePath(found) ? success(found) : installLibrary(found, place);
}

function libraryCandidates(bundleFolder: string, place: InstallationPlace): readonly string[] {
  const name = libraryName(place.platform);
  const beside = libraryIn(bundleFolder, place);
  const installed = installedLibrary(place);
  // An installed command is one of several versions, which go; a tree may outlive its own.
  const isInstalled = bundleFolder.startsWith(join(place.home, '.rampart', 'versions'));
  return [
    ...(isInstalled ? [installed, beside] : [beside, installed]),
    join(place.home, '.rampart', 'lib', name),
    join('/usr/local/lib', name),
  ];
}
