import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { loaderVariable } from '../protocol/environment.ts';
import type { Environment } from './preloadEnvironment.ts';

/** Programs that can say what is loaded into them; one that is static says nothing about the others. */
const shells: readonly string[] = [
  '/bin/sh',
  '/bin/bash',
  '/usr/bin/bash',
  '/bin/zsh',
  '/run/current-system/sw/bin/bash',
];

/** Prints its own memory map and starts nothing. */
const printMaps = 'while IFS= read -r line; do printf "%s\\n" "$line"; done </proc/self/maps';

/** How long a shell may take to say what is loaded into it, in milliseconds. */
const answerMs = 5_000;

/**
 * Whether the loader takes the library, seen in a program that is started with an environment that names it: a library of another
 * architecture or C library, or on a disk from which nothing may be executed, would only make every program complain.
 * A failure is the loader's own words. Where there is no `/proc` nothing can be seen, and nothing is said against it.
 */
export async function checkLibrary(
  library: string,
  environment: Environment,
  platform: string,
): Promise<Result<null, string>> {
  if (platform !== 'linux') return success(null);
  let reason = 'no program here loads it';
  for (const shell of shells) {
    const told = await runWith(shell, environment);
    if (told === null) continue;
    if (told.maps.includes(`/${basename(library)}`)) return success(null);
    reason = told.complaint === '' ? `${shell} does not load it` : told.complaint;
  }
  return failure(`the preload library cannot be loaded here: ${reason}`);
}

/** The variables with which a library is tried out: it asks nobody and guards nothing. */
export function trialEnvironment(library: string, platform: string): Environment {
  return { [loaderVariable(platform)]: library, RAMPART_MODE: 'disabled' };
}

interface Told {
  readonly maps: string;
  readonly complaint: string;
}

/** Null when that shell cannot be started at all. */
function runWith(shell: string, env: Environment): Promise<Told | null> {
  return new Promise((resolve) => {
    execFile(shell, ['-c', printMaps], { env, timeout: answerMs, cwd: '/' }, (error, stdout, stderr) => {
      const isAbsent = error !== null && stdout === '' && error.code !== 0 && typeof error.code === 'string';
      const [complaint = ''] = stderr.trim().split('\n');
      resolve(isAbsent ? null : { maps: stdout, complaint });
    });
  });
}
