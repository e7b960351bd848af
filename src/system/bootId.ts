import { readFileSync } from 'node:fs';

const bootIdFile = '/proc/sys/kernel/random/boot_id';

/**
 * The kernel's id of this boot as 16 bytes, in the order in which `/proc/sys/kernel/random/boot_id` writes them;
 * zeros where there is none.
 */
export function readBootId(file: string = bootIdFile): Buffer {
  try {
    const bytes = Buffer.from(readFileSync(file, 'latin1').replaceAll(/[-\s]/g, ''), 'hex');
    return bytes.length === 16 ? bytes : Buffer.alloc(16);
  } catch {
    return Buffer.alloc(16);
  }
}
