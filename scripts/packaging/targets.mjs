// @ts-check
// The packages for the editor, one a platform.

/**
 * `folder` is what the running program calls the platform (`process.platform`-`process.arch`), `build` the cross build
 * whose files are for it, with the library's own file where another build brings it.
 * @typedef {{ folder: string, build: string, library: string }} NativeParts
 */

const linux = (/** @type {string} */ arch, build = `linux-${arch}`) => ({
  folder: `linux-${arch}`,
  build,
  library: `${build}/librampart.so`,
});
// One library for both machines: a program of macOS may start one of the other kind.
const darwin = (/** @type {string} */ arch) => ({
  folder: `darwin-${arch}`,
  build: `darwin-${arch}`,
  library: 'darwin-universal/librampart.dylib',
});

/** By the name that the editor has for it. @type {Record<string, NativeParts>} */
export const targets = {
  'linux-x64': linux('x64'),
  'linux-arm64': linux('arm64'),
  'linux-armhf': linux('arm', 'linux-armhf'),
  // The same files: they need no C library by name.
  'alpine-x64': linux('x64'),
  'alpine-arm64': linux('arm64'),
  'darwin-x64': darwin('x64'),
  'darwin-arm64': darwin('arm64'),
};

/** The package without a library, for every other platform. */
export const universal = 'universal';

/** The name that the editor has for this machine. */
export function hostTarget() {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  const system = report.header.glibcVersionRuntime === undefined ? 'alpine' : 'linux';
  return `${system}-${arch === 'arm' ? 'armhf' : arch}`;
}
