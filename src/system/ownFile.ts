import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

/** How a file is opened, beside what never changes. */
const purposes = {
  read: constants.O_RDONLY,
  change: constants.O_RDWR | constants.O_CREAT,
  append: constants.O_RDWR | constants.O_APPEND | constants.O_CREAT,
} as const;

/**
 * Opens a file of a state directory, whoever else may write there. Throws where anything but a regular file stands: a link
 * would lead elsewhere, and a FIFO would keep us waiting.
 */
export function openOwnFile(file: string, purpose: keyof typeof purposes): number {
  const descriptor = openSync(file, purposes[purpose] | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${file} is not a regular file`);
}

/** The text of such a file. Throws where there is none. */
export function readOwnFile(file: string): string {
  const descriptor = openOwnFile(file, 'read');
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces such a file, or a link or FIFO in its place, so that it is whole at every moment. Throws where that cannot be. */
export function replaceOwnFile(file: string, text: string): void {
  const draft = `${file}.new`;
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, file);
}
