// @ts-check

export const usage = `Usage: npm start [-- options]

Builds Rampart and tries it in a demo workspace, .demo/workspace.

  (no option)                the editor that is found: code, codium or cursor; else VS Code's server in a browser
  -- --browser               VS Code's server in a browser, whatever is found
  -- --editor PROGRAM        this editor
  -- --terminal [-- cmd...]  no editor: a guarded shell, or cmd, in this terminal
  -- --help                  this text
`;

/**
 * @typedef {{ kind: 'editor', program: string | undefined }
 *   | { kind: 'browser' }
 *   | { kind: 'terminal', command: string[] }
 *   | { kind: 'help' }
 *   | { kind: 'wrong', problem: string }} StartRequest
 */

/** @param {readonly string[]} words what stands behind `npm start --` @returns {StartRequest} */
export function parseArguments(words) {
  const [option, ...rest] = words;
  switch (option) {
    case undefined:
      return { kind: 'editor', program: undefined };
    case '--terminal':
      return { kind: 'terminal', command: rest[0] === '--' ? rest.slice(1) : rest };
    case '--editor':
      return rest.length === 1 && rest[0]
        ? { kind: 'editor', program: rest[0] }
        : { kind: 'wrong', problem: '--editor needs one program' };
    case '--browser':
    case '--help':
      return rest.length === 0
        ? { kind: option === '--help' ? 'help' : 'browser' }
        : { kind: 'wrong', problem: `${option} takes nothing behind it` };
    default:
      return { kind: 'wrong', problem: `unknown option ${option}` };
  }
}
