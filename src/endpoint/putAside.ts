import { copyFileSync, renameSync } from 'node:fs';
import { messageOf } from '../base/assert.ts';
import type { Logger } from '../base/logger.ts';
import { asideSuffix } from '../protocol/routes.ts';

/** Moves a file of which we cannot read everything out of the way, so that nothing is written over it. */
export function putAside(file: string, what: string, logger: Logger): void {
  keepAside(file, what, logger, renameSync);
}

/** The same for one that goes on in its place. */
export function copyAside(file: string, what: string, logger: Logger): void {
  keepAside(file, what, logger, copyFileSync);
}

function keepAside(
  file: string,
  what: string,
  logger: Logger,
  keep: (from: string, to: string) => void,
): void {
  try {
    keep(file, `${file}${asideSuffix}`);
    logger.error(`${what}: ${file} was put aside`);
  } catch (thrown) {
    logger.error(`${what}, and ${file} cannot be put aside: ${messageOf(thrown)}`);
  }
}
