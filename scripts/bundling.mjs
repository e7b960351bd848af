/** What an ES module bundle begins with: tree-sitter's loader calls `require` and reads `__filename`. */
export const moduleBanner = `import { createRequire as rampartCreateRequire } from 'node:module';
const require = rampartCreateRequire(import.meta.url);
const __filename = import.meta.filename;`;

/** Which form of a package is bundled: jsonc-parser's CommonJS form asks for its parts in a way that no bundler sees. */
export const packageForms = ['module', 'main'];
