import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/**
 * A new folder with a short path, removed when the test ends, behind `before`: what a test registers to be done at
 * its end is done in the order of registration.
 */
export function temporaryFolder(
  context: Pick<TestContext, 'after'>,
  before: () => Promise<void> = () => Promise.resolve(),
): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'rp-'));
  context.after(async () => {
    await before();
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
