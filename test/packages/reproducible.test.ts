import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { it } from 'node:test';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { findPackage, packagesFolder } from './packed.ts';

/** What of the project is not built: as git knows it. */
function copySources(to: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(file, join(to, file));
  }
  symlinkSync(resolve('node_modules'), join(to, 'node_modules'));
}

it('has the same bytes when it is built in another folder, time zone and umask', (t) => {
  const folder = temporaryFolder(t);
  copySources(folder);
  const epoch = execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }).trim();
  const environment = { ...process.env, TZ: 'Pacific/Auckland', LC_ALL: 'C', SOURCE_DATE_EPOCH: epoch };
  const steps = 'umask 077; exec node scripts/package.mjs --all --into again';
  execFileSync('sh', ['-c', steps], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const differing = [
    'rampart-linux-arm64-',
    'rampart-darwin-x64-',
    'rampart-universal-',
    'rampart-guard-',
    'rampart-0',
  ]
    .map((start) => [findPackage(start), findPackage(start, join(folder, 'again'))] as const)
    .filter(([first, second]) => !readFileSync(first).equals(readFileSync(second)));
  assert.deepEqual(differing, [], `packages in ${packagesFolder} that differ`);
});
