// @ts-check
// A software bill of materials in the form of CycloneDX 1.6.
import { createHash } from 'node:crypto';

/**
 * @param {object} subject
 * @param {{ name: string, version: string, license: string, description: string }} subject.manifest
 * @param {string} subject.purl  what the package is called where it is published
 * @param {number} subject.epoch  seconds; the time that the whole package claims
 * @param {import('./bundledParts.mjs').BundledPart[]} subject.parts
 * @param {{ path: string, content: Buffer }[]} subject.compiled  our own compiled files
 */
export function formatSbom({ manifest, purl, epoch, parts, compiled }) {
  const components = [
    ...parts.map(({ name, version, licence, source, npm }) => ({
      type: 'library',
      'bom-ref': npm ? npmAddress(name, version) : name,
      name,
      ...(version === 'unknown' ? {} : { version }),
      licenses: [{ license: { id: licence } }],
      ...(npm ? { purl: npmAddress(name, version) } : {}),
      externalReferences: [{ type: 'vcs', url: source }],
    })),
    ...compiled.map(({ path, content }) => ({
      type: 'file',
      'bom-ref': path,
      name: path,
      hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(content).digest('hex') }],
    })),
  ];
  const subject = {
    type: 'application',
    'bom-ref': purl,
    name: manifest.name,
    version: manifest.version,
    description: manifest.description,
    licenses: [{ license: { id: manifest.license } }],
    purl,
  };
  const body = {
    metadata: { timestamp: new Date(epoch * 1000).toISOString(), component: subject },
    components,
    dependencies: [{ ref: purl, dependsOn: components.map((each) => each['bom-ref']) }],
  };
  return `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: serialOf(body), version: 1, ...body }, undefined, 2)}\n`;
}

/** @param {string} name @param {string} version */
function npmAddress(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** The same for the same contents. @param {unknown} body */
function serialOf(body) {
  const hex = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
