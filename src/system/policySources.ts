import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, parseJson } from '../base/record.ts';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';

/** The longest policy file that is read, in bytes; the peer has the same limit. */
export const maxPolicyFileBytes = 1_048_576;

/** How many files of the user's policy directory are read. */
export const maxUserPolicyFiles = 256;

/** One policy file as it stood on disk. A file that was named on a command line is the user's. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
  readonly origin: 'builtin' | 'user' | 'project';
  /** What the text was understood as when the bundle was made; absent for any other text. */
  readonly frozen?: readonly unknown[];
}

/** The files that make up the policy in force. */
export interface PolicyLocations {
  /** Folder of the running bundle, with `policies/default.yaml`; null when the built-in policy is not wanted. */
  readonly bundleFolder: string | null;
  readonly home: string | null;
  /** Files named by `--policy`, in their order. */
  readonly files: readonly string[];
}

/** The texts that could be read, in order of origin, and what could not. */
export interface PolicyTexts {
  readonly texts: readonly PolicyText[];
  readonly problems: readonly PolicyProblem[];
}

/** Where the built-in policy stands beside a bundle. */
export function builtinPolicyFile(bundleFolder: string): string {
  return join(bundleFolder, 'policies', 'default.yaml');
}

/** What the built-in policy was understood as when the bundle was made; reading it anew takes most of a start. */
function frozenPolicyFile(policyFile: string): string {
  return policyFile.replace(/\.yaml$/, '.frozen.json');
}

/** Null when there is none, or it is of another text. */
function readFrozen(file: string, text: string): readonly unknown[] | null {
  const frozen = readPolicyFile(frozenPolicyFile(file));
  const parsed = frozen.ok ? parseJson(frozen.value) : frozen;
  if (!parsed.ok || !isRecord(parsed.value)) return null;
  const { sha256, root } = parsed.value;
  return Array.isArray(root) && sha256 === createHash('sha256').update(text).digest('hex') ? root : null;
}

/** The directory of a user's own policies. */
export function userPolicyFolder(home: string): string {
  return join(home, '.rampart', 'policies');
}

/** The file of the rules that a person makes one by one; its allows are durable, as in the peer's files of that kind. */
export function handRulesFile(home: string): string {
  return join(userPolicyFolder(home), 'by-hand.yaml');
}

/** The policy file of a workspace. */
export function projectPolicyFile(workspace: string): string {
  return join(workspace, '.rampart', 'policy.yaml');
}

/** Reads the built-in policy, the user's in the order of their names, and the named files. */
export function readPolicyTexts(locations: PolicyLocations): PolicyTexts {
  const texts: PolicyText[] = [];
  const problems: PolicyProblem[] = [];
  const take = (file: string, origin: PolicyText['origin']): void => {
    const read = readPolicyFile(file);
    const frozen = read.ok && origin === 'builtin' ? readFrozen(file, read.value) : null;
    if (read.ok) texts.push({ file, text: read.value, origin, ...(frozen === null ? {} : { frozen }) });
    else problems.push(problemOf(file, read.error));
  };
  if (locations.bundleFolder !== null) take(builtinPolicyFile(locations.bundleFolder), 'builtin');
  if (locations.home !== null) {
    const listed = listUserPolicies(userPolicyFolder(locations.home));
    problems.push(...listed.problems);
    for (const file of listed.files) take(file, 'user');
  }
  for (const file of locations.files) take(file, 'user');
  return { texts, problems };
}

/** Reads a workspace's policy; both null when it has none. */
export function readProjectPolicy(workspace: string): {
  readonly text: PolicyText | null;
  readonly problem: PolicyProblem | null;
} {
  const file = projectPolicyFile(workspace);
  const read = readPolicyFile(file);
  if (read.ok) return { text: { file, text: read.value, origin: 'project' }, problem: null };
  return { text: null, problem: read.error === missing ? null : problemOf(file, read.error) };
}

const missing = 'the file does not exist';

function problemOf(file: string, message: string): PolicyProblem {
  return { file, line: 1, column: 1, message };
}

function listUserPolicies(folder: string): { files: readonly string[]; problems: readonly PolicyProblem[] } {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'));
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return { files: [], problems: [] };
    return { files: [], problems: [problemOf(folder, `the folder cannot be read: ${messageOf(thrown)}`)] };
  }
  const files = names.sort().map((name) => join(folder, name));
  if (files.length <= maxUserPolicyFiles) return { files, problems: [] };
  const message = `the folder has ${files.length} policy files, only the first ${maxUserPolicyFiles} are read`;
  return { files: files.slice(0, maxUserPolicyFiles), problems: [problemOf(folder, message)] };
}

/** Opened without waiting: a FIFO put in a file's place must not hold up the endpoint. */
function readPolicyFile(file: string): Result<string, string> {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    return failure(codeOf(thrown) === 'ENOENT' ? missing : `the file cannot be read: ${messageOf(thrown)}`);
  }
  try {
    const entry = fstatSync(descriptor);
    if (!entry.isFile()) return failure('this is not a regular file');
    if (entry.size > maxPolicyFileBytes) {
      return failure(`the file has ${entry.size} bytes, at most ${maxPolicyFileBytes} are read`);
    }
    return success(readFileSync(descriptor, 'utf8'));
  } catch (thrown) {
    return failure(`the file cannot be read: ${messageOf(thrown)}`);
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : null;
}
