import type { Choice } from './protectText.ts';
import { t } from './localise.ts';

/** Over the list of policy files. */
export const policyPickTitle = t`Open policy`;

/** Where the reader's own things are. */
export interface PolicyFileContext {
  /** The file of a person's own rules. */
  readonly own: string;
  readonly home: string;
  /** Under it lie the built-in policies. */
  readonly runtimes: string;
}

/** The first line, from 0, in which a text differs from what it was. */
export function firstChangedLine(before: string, after: string): number {
  const old = before.split('\n');
  const changed = after.split('\n').findIndex((line, index) => line !== old[index]);
  return Math.max(0, changed);
}

/** One policy file as a line to choose. */
export function formatPolicyFile(file: string, context: PolicyFileContext): Choice<string> {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const folder = file.slice(0, file.lastIndexOf('/'));
  const shortFolder = folder.startsWith(`${context.home}/`)
    ? `~${folder.slice(context.home.length)}`
    : folder;
  const detail = `${shortFolder}/${name}`;
  if (file === context.own) return { value: file, label: t`$(edit) My rules`, detail };
  const isBuiltIn = file.startsWith(`${context.runtimes}/`);
  if (isBuiltIn)
    return { value: file, label: t`$(law) Built-in policy`, detail: t`Comes with Rampart; to be read.` };
  return { value: file, label: `$(law) ${name}`, detail };
}
