// @ts-check
// What of others is in the packages: the npm packages that esbuild's own account names, and what their compiled files
// were made from.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundles, grammar } from '../bundles.mjs';

const root = join(import.meta.dirname, '..', '..');
const licences = join(root, 'config', 'licences');

/** @typedef {{ name: string, version: string, licence: string, text: string, source: string, within?: string, npm: boolean }} BundledPart */

/** Inside the grammar's package, which does not tell of all of them. @type {Omit<BundledPart, 'text' | 'within' | 'npm'>[]} */
const compiled = [
  {
    name: 'tree-sitter',
    version: '0.25.1',
    licence: 'MIT',
    source: 'https://github.com/tree-sitter/tree-sitter',
  },
  {
    name: 'tree-sitter-bash',
    version: '0.25.0',
    licence: 'MIT',
    source: 'https://github.com/tree-sitter/tree-sitter-bash',
  },
  {
    name: 'emscripten',
    version: 'unknown',
    licence: 'MIT',
    source: 'https://github.com/emscripten-core/emscripten',
  },
  { name: 'musl', version: 'unknown', licence: 'MIT', source: 'https://musl.libc.org' },
];

/** Every part, by name. @returns {Promise<BundledPart[]>} */
export async function findBundledParts() {
  const names = new Set([grammar.package]);
  for (const bundle of bundles) {
    const { metafile } = await build({ ...bundle, write: false, metafile: true });
    for (const file of Object.keys(metafile.inputs)) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/u.exec(file)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  const within = `${grammar.package}`;
  const parts = [
    ...[...names].map(readPackage),
    ...compiled.map((part) => ({ ...part, within, npm: false, text: readLicence(part.name) })),
  ];
  return parts.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** @param {string} name @returns {BundledPart} */
function readPackage(name) {
  const folder = join(root, 'node_modules', name);
  const { version, license, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/iu.test(entry));
  if (typeof license !== 'string' || file === undefined)
    throw new Error(`${name} is bundled, and its package has no licence`);
  const address = typeof repository === 'string' ? repository : (repository?.url ?? '');
  return {
    name,
    version,
    licence: license,
    text: readFileSync(join(folder, file), 'utf8'),
    source: formatSource(address),
    npm: true,
  };
}

/** An address that a person can open. @param {string} address */
function formatSource(address) {
  const plain = address.replace(/^git\+/u, '').replace(/\.git$/u, '');
  return /^[\w-]+\/[\w.-]+$/u.test(plain) || plain.startsWith('github:')
    ? `https://github.com/${plain.replace('github:', '')}`
    : plain;
}

/** @param {string} name */
function readLicence(name) {
  const file = join(licences, `${name}.txt`);
  if (!existsSync(file)) throw new Error(`${name} is shipped, and ${file} is missing`);
  return readFileSync(file, 'utf8');
}
