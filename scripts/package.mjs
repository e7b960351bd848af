// @ts-check
// Makes the packages: `package.mjs` the .vsix of this platform from what `npm run build` made, `--all` every package
// from the cross build. The top of `usage` has the rest. Prints the paths.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { manifest } from './bundles.mjs';
import { formatArchive } from './packaging/archive.mjs';
import { findBundledParts } from './packaging/bundledParts.mjs';
import {
  commandPackage,
  listArchiveFiles,
  listCommandFiles,
  listExtensionFiles,
} from './packaging/packageFiles.mjs';
import { hostTarget, targets, universal } from './packaging/targets.mjs';

const usage = `Usage: npm run package [-- OPTION… [TARGET…]]

Without an option: rampart-<this platform>.vsix, from dist/.
TARGET is ${[...Object.keys(targets), universal].join(', ')}.

  --all             every target, the package for npm and the archive, cross-built, into build/packages
  --cross           take the native files of the targets from the cross build, not from dist/native
  --into DIR        another folder
  --out FILE        another file; with one target
  --repository URL  where the project is at home: links in the README lead there

SOURCE_DATE_EPOCH is the time that everything in the packages has; the default is that of the last commit.
`;
/** No package may be larger. */
const maxBytes = { vsix: 1_600_000, command: 2_000_000 };
/** The first time that a zip can tell, in seconds. */
const firstZipEpoch = 315_532_800;
const root = join(import.meta.dirname, '..');

/** @param {string} problem @returns {never} */
function fail(problem) {
  process.stderr.write(`package: ${problem}\n`);
  process.exit(1);
}

function readEpoch() {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given !== undefined && !/^\d+$/u.test(given)) fail(`SOURCE_DATE_EPOCH is no number: ${given}`);
  const last = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  const epoch = Number(given ?? (last.status === 0 ? last.stdout : firstZipEpoch));
  return Math.max(epoch, firstZipEpoch);
}

/** vsce packs a folder, so that one has exactly what ships, with the same permissions everywhere. */
async function writeVsix(
  /** @type {string} */ target,
  /** @type {string} */ packagePath,
  /** @type {import('./packaging/packageFiles.mjs').Release} */ release,
) {
  const cwd = mkdtempSync(join(tmpdir(), 'rampart-package-'));
  try {
    for (const { path, content, isExecutable } of await listExtensionFiles(target, release)) {
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), content);
      // Whatever this machine takes away from new files.
      chmodSync(join(cwd, path), isExecutable ? 0o755 : 0o644);
    }
    // Nothing is to be left out.
    writeFileSync(join(cwd, '.vscodeignore'), '');
    mkdirSync(dirname(packagePath), { recursive: true });
    await createVSIX({
      cwd,
      packagePath,
      ...(target === universal ? {} : { target }),
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: release.repository !== undefined,
    });
  } finally {
    rmSync(cwd, { recursive: true });
  }
  report(packagePath, maxBytes.vsix);
}

/** @param {string} path @param {number} budget */
function report(path, budget) {
  const bytes = statSync(path).size;
  if (bytes > budget) fail(`${path} has ${bytes} bytes, more than the ${budget} that it may have`);
  process.stdout.write(`${path}\n`);
}

/** @param {string} path @param {import('./packaging/archive.mjs').PackageFile[]} files @param {number} epoch */
function writeArchive(path, files, epoch) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, formatArchive(files, epoch));
  report(path, maxBytes.command);
}

/** @param {import('./packaging/archive.mjs').PackageFile[]} files @param {string} folder */
function under(files, folder) {
  return files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    cross: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    into: { type: 'string' },
    out: { type: 'string' },
    repository: { type: 'string' },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const known = [...Object.keys(targets), universal];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) fail(`${unknown.join(', ')}: the targets are ${known.join(', ')}`);

const wanted = values.all ? known : positionals.length > 0 ? positionals : [hostTarget()];
if (!known.includes(wanted[0] ?? '')) fail(`there is no package for ${String(wanted[0])}; see --help`);
if (values.out !== undefined && wanted.length > 1) fail('--out is for one target');
const isCross = values.all || values.cross;
if (isCross)
  for (const script of ['esbuild.mjs', 'scripts/crossNative.mjs']) {
    const stdio = /** @type {['ignore', 'ignore', 'inherit']} */ (['ignore', 'ignore', 'inherit']);
    const built = spawnSync(process.execPath, [join(root, script)], { cwd: root, stdio });
    if (built.status !== 0) fail(`${script} failed`);
  }

// A zip tells the time of the place that it was packed in.
process.env['TZ'] = 'UTC';
const epoch = readEpoch();
process.env['SOURCE_DATE_EPOCH'] = String(epoch);
const release = {
  epoch,
  isCross,
  parts: await findBundledParts(),
  ...(values.repository === undefined ? {} : { repository: values.repository }),
};
const into = values.into ?? (values.all ? join('build', 'packages') : '.');
const version = values.all ? `-${manifest.version}` : '';
try {
  for (const target of wanted)
    await writeVsix(target, values.out ?? join(into, `${manifest.name}-${target}${version}.vsix`), release);
  if (values.all) {
    const name = `${commandPackage}-${manifest.version}`;
    writeArchive(join(into, `${name}.tgz`), under(listCommandFiles(release), 'package'), epoch);
    const unpacked = `rampart-${manifest.version}`;
    writeArchive(join(into, `${unpacked}.tar.gz`), under(listArchiveFiles(release), unpacked), epoch);
  }
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
