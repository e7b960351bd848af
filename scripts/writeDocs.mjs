// @ts-check
// Writes what is made from source: docs/command-line.md, docs/editor.md, l10n/bundle.l10n.json and
// THIRD_PARTY_NOTICES.txt.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { moduleBanner, packageForms } from './bundling.mjs';
import { formatEditorDocument } from './formatEditorDocument.mjs';
import { findBundledParts } from './packaging/bundledParts.mjs';
import { formatNotices } from './packaging/formatNotices.mjs';
import { readTexts } from './readTexts.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rampart-docs-'));
try {
  const outfile = join(folder, 'page.mjs');
  await build({
    stdin: {
      contents: [
        "import { commands } from './src/cli/commandTable.ts';",
        "import { formatCommandLineDocument } from './src/cli/formatHelp.ts';",
        'export const page = formatCommandLineDocument(commands);',
      ].join('\n'),
      resolveDir: '.',
    },
    bundle: true,
    outfile,
    platform: 'node',
    format: 'esm',
    mainFields: packageForms,
    logLevel: 'warning',
    banner: { js: moduleBanner },
  });
  const { page } = await import(pathToFileURL(outfile).href);
  writeFileSync('docs/command-line.md', page);
  const [manifest, texts] = ['package.json', 'package.nls.json'].map((file) =>
    JSON.parse(readFileSync(file, 'utf8')),
  );
  writeFileSync('docs/editor.md', await formatEditorDocument(manifest, texts));
  writeFileSync('THIRD_PARTY_NOTICES.txt', formatNotices(await findBundledParts()));
  writeFileSync('l10n/bundle.l10n.json', `${JSON.stringify(readTexts(), undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
