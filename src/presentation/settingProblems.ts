import { t } from './localise.ts';

/** What is wrong with the value of a setting. */
export interface SettingProblem {
  readonly setting: string;
  readonly message: string;
  /** Whether the editor's form shows the wrong value. For a choice it shows the default, as if that stood there. */
  readonly isInForm: boolean;
}

/** A setting as it stands in the settings file. */
export interface SettingValue {
  readonly id: string;
  readonly kind: 'boolean' | 'policyFiles' | 'scope' | 'tokenFile' | 'upstream';
  readonly value: unknown;
}

/** The button that leads to a setting. */
export const openSettingsButton = t`Open Settings`;

/** What is wrong with settings, in their order. A missing value is as good as the default. */
export function findSettingProblems(settings: readonly SettingValue[]): readonly SettingProblem[] {
  return settings.flatMap(({ id, kind, value }) => {
    if (value === undefined || value === null) return [];
    const problem = checks[kind](value);
    const isInForm = kind !== 'boolean' && kind !== 'scope';
    return problem === null ? [] : [{ setting: id, message: t`${id}: ${problem}`, isInForm }];
  });
}

const checks: Readonly<Record<SettingValue['kind'], (value: unknown) => string | null>> = {
  boolean: checkBoolean,
  policyFiles: checkPolicyFiles,
  scope: checkScope,
  tokenFile: checkTokenFile,
  upstream: checkUpstream,
};

function checkScope(value: unknown): string | null {
  if (value === 'agents' || value === 'all') return null;
  return t`it is ${JSON.stringify(value)}, and has to be "agents" or "all"; everything is asked about until then`;
}

function checkTokenFile(value: unknown): string | null {
  if (value === '' || (typeof value === 'string' && /^(?:\/|~\/)./u.test(value))) return null;
  return t`it is ${JSON.stringify(value)}, and has to be an absolute path, or one that starts with ~/`;
}

function checkUpstream(value: unknown): string | null {
  if (value === '' || isUpstream(value)) return null;
  return t`it is ${JSON.stringify(value)}, and has to be an address that starts with http:// or https://, auto or none`;
}

/** Whether a value names an upstream, or that there is none. */
export function isUpstream(value: unknown): value is string {
  return typeof value === 'string' && /^(?:auto|none|https?:\/\/[^?#@\s]+)$/u.test(value);
}

function checkBoolean(value: unknown): string | null {
  if (typeof value === 'boolean') return null;
  return t`it is ${JSON.stringify(value)}, and has to be true or false`;
}

function checkPolicyFiles(value: unknown): string | null {
  if (!Array.isArray(value)) return t`it is ${JSON.stringify(value)}, and has to be a list of files`;
  const index = value.findIndex((file: unknown) => !isPolicyPath(file));
  if (index === -1) return null;
  return t`entry ${index + 1} is ${JSON.stringify(value[index])}, and has to be an absolute path, or one that starts with ~/, of a YAML file`;
}

/** Whether a value names a policy file as the setting wants it. */
export function isPolicyPath(file: unknown): file is string {
  return typeof file === 'string' && /^(?:\/|~\/).+\.ya?ml$/u.test(file);
}
