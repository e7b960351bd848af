import type { Choice } from './protectText.ts';

/** Over the list of policy files. */
export const policyPickTitle = 'Open policy';

/** Where the reader's own things are. */
export interface PolicyFileContext {
  /** The file of a person's own rules. */
  readonly own: string;
  readonly home: string;
}

/** One policy file as a line to choose. */
export function formatPolicyFile(file: string, context: PolicyFileContext): Choice<string> {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const folder = file.slice(0, file.lastIndexOf('/'));
  const shortFolder = folder.startsWith(`${context.home}/`)
    ? `~${folder.slice(context.home.length)}`
    : folder;
  return file === context.own
    ? { value: file, label: `$(edit) My rules`, detail: `${shortFolder}/${name}` }
    : { value: file, label: `$(law) ${name}`, detail: shortFolder };
}
