// @ts-check

/** What another editor, npm or an agent put into this terminal, and must not reach the demo's. */
const foreign =
  /^(VSCODE_|ELECTRON_|npm_|RAMPART_)|^(NODE_OPTIONS|NODE_PATH|TERM_PROGRAM|TERM_PROGRAM_VERSION|INIT_CWD)$/;

/**
 * The environment for what a demo starts: this terminal's, and the demo's own state directory.
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} stateDirectory
 * @returns {NodeJS.ProcessEnv}
 */
export function demoEnvironment(environment, stateDirectory) {
  const own = Object.entries(environment).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), RAMPART_STATE_DIR: stateDirectory };
}
