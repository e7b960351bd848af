// @ts-check
// Which files are in which package.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, PackageManager } from '@vscode/vsce';
import { manifest } from '../bundles.mjs';
import { formatNotices } from './formatNotices.mjs';
import { formatSbom } from './formatSbom.mjs';
import { targets, universal } from './targets.mjs';

const root = join(import.meta.dirname, '..', '..');

/** What the editor runs when it has removed the extension for good. */
const uninstallHook = 'vscode:uninstall';

/** The package of npm; `rampart` alone is the command. */
export const commandPackage = 'rampart-guard';

/**
 * What every package of one run has in common.
 * @typedef {object} Release
 * @property {number} epoch  seconds; the time that everything in the packages has
 * @property {import('./bundledParts.mjs').BundledPart[]} parts
 * @property {boolean} isCross  whether the native files come from the cross build, not from dist/native
 * @property {string} [repository]  where the project is at home, for links
 */

/** @typedef {import('./archive.mjs').PackageFile} PackageFile */

/**
 * The files of the package for the editor; the rest of vsix is vsce's.
 * @param {string} target @param {Release} release
 */
export async function listExtensionFiles(target, release) {
  const listed = await listFiles({ cwd: root, packageManager: PackageManager.None });
  const shipped = listed.filter((path) => !path.startsWith('dist/native/') && path !== 'package.json');
  const native = target === universal ? [] : readNative(target, release);
  const { scripts, devDependencies: _tools, bin: _bin, binary: _binary, ...kept } = manifest;
  const purl = `pkg:generic/${manifest.name}@${manifest.version}?platform=${target}`;
  return [
    ...shipped.map((path) => readOwn(path, path)),
    ...native,
    formatJson('package.json', {
      ...kept,
      // All of the scripts that an editor runs.
      scripts: { [uninstallHook]: scripts[uninstallHook] },
      ...(release.repository === undefined ? {} : { repository: { type: 'git', url: release.repository } }),
    }),
    ...formatPapers(release, purl, native),
  ];
}

/** The files of the package for npm, with the library for every platform. @param {Release} release */
export function listCommandFiles(release) {
  const native = readAllNative(release);
  return [
    formatJson('package.json', {
      name: commandPackage,
      version: manifest.version,
      description: manifest.description,
      license: manifest.license,
      keywords: manifest.keywords,
      type: 'module',
      bin: { rampart: 'bin/rampart' },
      engines: { node: manifest.engines['node'] },
      os: ['linux', 'darwin'],
      ...(release.repository === undefined ? {} : { repository: { type: 'git', url: release.repository } }),
    }),
    readOwn('scripts/packaging/rampart.sh', 'bin/rampart', true),
    readOwn('scripts/packaging/rampart.cjs', 'bin/rampart.cjs', true),
    readOwn('docs/without-the-editor.md', 'README.md'),
    ...listPapers(),
    ...listRuntime('dist'),
    ...native,
    ...formatPapers(release, `pkg:npm/${commandPackage}@${manifest.version}`, native),
  ];
}

/** The files of the archive that needs no package manager. @param {Release} release */
export function listArchiveFiles(release) {
  const runtime = 'lib/rampart/dist';
  const native = readAllNative(release).map((file) => ({
    ...file,
    path: file.path.replace('dist', runtime),
  }));
  return [
    readOwn('scripts/packaging/install.sh', 'install.sh', true),
    readOwn('scripts/packaging/rampart.sh', 'bin/rampart', true),
    readOwn('scripts/packaging/rampart.cjs', 'lib/rampart/bin/rampart.cjs', true),
    readOwn('docs/without-the-editor.md', 'README.md'),
    ...listPapers(),
    ...listRuntime(runtime),
    ...native,
    ...['bash', 'zsh', 'fish'].map(formatCompletion),
    ...formatPapers(release, `pkg:generic/${commandPackage}@${manifest.version}`, native),
  ];
}

/** What an npm package and an archive have beside the program. */
function listPapers() {
  return ['LICENSE', 'CHANGELOG.md', 'SECURITY.md'].map((path) => readOwn(path, path));
}

/** @param {Release} release @param {string} purl @param {PackageFile[]} native */
function formatPapers({ epoch, parts }, purl, native) {
  const compiled = native.map(({ path, content }) => ({ path, content }));
  return [
    { path: 'THIRD_PARTY_NOTICES.txt', content: Buffer.from(formatNotices(parts)), isExecutable: false },
    {
      path: 'sbom.cdx.json',
      content: Buffer.from(formatSbom({ manifest, purl, epoch, parts, compiled })),
      isExecutable: false,
    },
  ];
}

/** The command line and what it reads. @param {string} into */
function listRuntime(into) {
  const dist = join(root, 'dist');
  const files = readdirSync(dist, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(extension|panel)\./u.test(entry.name))
    .map((entry) => entry.name);
  const policies = readdirSync(join(dist, 'policies')).map((name) => `policies/${name}`);
  return [...files, ...policies].map((path) => readOwn(`dist/${path}`, `${into}/${path}`, path === 'cli.js'));
}

/** @param {Release} release */
function readAllNative(release) {
  const files = Object.keys(targets).flatMap((target) => readNative(target, release));
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/** @param {string} target @param {Release} release @returns {PackageFile[]} */
function readNative(target, { isCross }) {
  const parts = targets[target];
  if (parts === undefined) throw new Error(`there is no target ${target}`);
  const name = target.startsWith('darwin') ? 'librampart.dylib' : 'librampart.so';
  const here = `dist/native/${parts.folder}`;
  const from = isCross
    ? [`build/${parts.library}`, `build/${parts.build}/rampart.node`]
    : [`${here}/${name}`, `${here}/rampart.node`];
  return [
    readOwn(from[0] ?? '', `dist/native/${parts.folder}/${name}`, true),
    readOwn(from[1] ?? '', `dist/native/${parts.folder}/rampart.node`, true),
  ];
}

/** @param {string} shell @returns {PackageFile} */
function formatCompletion(shell) {
  const run = spawnSync(process.execPath, [join(root, 'dist/cli.js'), 'completion', shell]);
  if (run.status !== 0) throw new Error(`rampart completion ${shell}: ${String(run.stderr)}`);
  return { path: `share/completion.${shell}`, content: run.stdout, isExecutable: false };
}

/** @param {string} from @param {string} path @param {boolean} [isExecutable] @returns {PackageFile} */
function readOwn(from, path, isExecutable = false) {
  const file = join(root, from);
  if (!existsSync(file)) throw new Error(`${from} is missing; run \`npm run build\` first`);
  return { path, content: readFileSync(file), isExecutable };
}

/** @param {string} path @param {unknown} value @returns {PackageFile} */
function formatJson(path, value) {
  return { path, content: Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`), isExecutable: false };
}
