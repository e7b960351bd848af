import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { messageOf } from '../base/assert.ts';
import type { Logger } from '../base/logger.ts';
import { asideSuffix } from '../protocol/routes.ts';

/** How many files of one name are kept; the last gives way to one more. */
const maxKept = 9;

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
    const aside = asideName(file);
    keep(file, aside);
    logger.error(`${what}: ${file} was put aside as ${aside}`);
  } catch (thrown) {
    logger.error(`${what}, and ${file} cannot be put aside: ${messageOf(thrown)}`);
  }
}

/** Where a file goes that is put aside: not over one that was so before. */
export function asideName(file: string): string {
  const names = Array.from(
    { length: maxKept },
    (_none, index) => `${file}${index === 0 ? '' : `.${String(index + 1)}`}${asideSuffix}`,
  );
  return names.find((name) => !existsSync(name)) ?? `${file}.${maxKept}${asideSuffix}`;
}
