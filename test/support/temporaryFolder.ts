import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A new folder with a short path, removed when the test ends. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'rp-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
