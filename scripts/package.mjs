// Packages the .vsix of this platform: `package.mjs [--out FILE]`; prints the file's path.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';

const maxBytes = 1_500_000;
const words = process.argv.slice(2);
const named = words.indexOf('--out');
const target = `${process.platform}-${process.arch}`;
const packagePath = named === -1 ? `rampart-${target}.vsix` : words[named + 1];

const built = readdirSync(join('dist', 'native'));
if (!built.includes(target)) {
  process.stderr.write(`package: dist/native/${target} is missing; run \`npm run build\` first\n`);
  process.exit(1);
}
await createVSIX({
  cwd: process.cwd(),
  packagePath,
  target,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
const bytes = statSync(packagePath).size;
if (bytes > maxBytes) {
  process.stderr.write(
    `package: ${packagePath} has ${bytes} bytes, more than the ${maxBytes} a platform may have\n`,
  );
  process.exit(1);
}
process.stdout.write(`${packagePath}\n`);
