/** A program that runs our bundles. */
export interface NodeProgram {
  readonly path: string;
  /** An editor's binary, which is Node only with `ELECTRON_RUN_AS_NODE=1`. */
  readonly isElectron: boolean;
}

/** The program that runs this code. */
export function currentNodeProgram(): NodeProgram {
  return { path: process.execPath, isElectron: process.versions['electron'] !== undefined };
}
