// Checks the C sources with clang-format; `--write` brings them into form.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const roots = ['native', join('test', 'native'), join('test', 'transparency')];
const files = roots.flatMap((root) =>
  readdirSync(root, { recursive: true })
    .map((file) => join(root, file))
    .filter((file) => /\.[ch]$/u.test(file)),
);

const words = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '-Werror'];
const result = spawnSync('clang-format', [...words, ...files], { stdio: 'inherit' });
if (result.error) {
  process.stderr.write(`formatNative: clang-format: ${result.error.message}; apt-get install clang-format\n`);
}
process.exitCode = result.status ?? 1;
