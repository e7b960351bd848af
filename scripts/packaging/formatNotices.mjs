// @ts-check

/** Licences under which a part may be shipped with ours. */
const compatible = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0'];

/**
 * The text of THIRD_PARTY_NOTICES.txt.
 * @param {import('./bundledParts.mjs').BundledPart[]} parts
 */
export function formatNotices(parts) {
  const foreign = parts.filter((part) => !compatible.includes(part.licence));
  if (foreign.length > 0)
    throw new Error(
      `${foreign.map((part) => `${part.name} (${part.licence})`).join(', ')}: no licence we may ship`,
    );
  const rule = '-'.repeat(78);
  return [
    'Rampart contains these works of others, under the licences that follow.',
    '',
    ...parts.map(({ name, version, licence, within }) => {
      const shown = version === 'unknown' ? name : `${name} ${version}`;
      return `  ${shown} (${licence})${within === undefined ? '' : `, compiled into ${within}`}`;
    }),
    ...parts.flatMap(({ name, source, text }) => ['', rule, name, source, '', text.trim()]),
    '',
  ].join('\n');
}
