import treeSitter from '@vscode/tree-sitter-wasm';

/** Reads shell text into the commands it would run. */
export interface ShellReader {
  readonly parser: InstanceType<typeof treeSitter.Parser>;
}

/**
 * Prepares a reader from the bytes of tree-sitter's runtime and of its bash grammar
 * (`wasm/tree-sitter.wasm` and `wasm/tree-sitter-bash.wasm` of `@vscode/tree-sitter-wasm`).
 * Rejects when the bytes are not what they should be.
 */
export async function createShellReader(runtime: Uint8Array, grammar: Uint8Array): Promise<ShellReader> {
  const options = { wasmBinary: runtime, locateFile: (file: string) => file };
  await treeSitter.Parser.init(options);
  const parser = new treeSitter.Parser();
  parser.setLanguage(await treeSitter.Language.load(grammar));
  return { parser };
}
