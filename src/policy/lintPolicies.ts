import type { Action } from '../protocol/decision.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import type { Condition } from './condition.ts';
import { isInForce } from './evaluate.ts';
import { isRestricting } from './matchRule.ts';
import type { FilePolicy, PolicyFile } from './parsePolicyFile.ts';
import { anyCall } from './parseCondition.ts';
import { parsePolicyFile } from './parsePolicyFile.ts';
import { parsePolicySet } from './parsePolicySet.ts';
import type { Policy, PolicySource, Rule } from './policySet.ts';

/** Something about a policy file that a person should know. */
export interface LintFinding extends PolicyProblem {
  /** An error keeps the file out; a warning is a rule that does nothing; the rest is for information. */
  readonly severity: 'error' | 'warning' | 'info';
}

/** What is wrong with policy files, or surely not meant as it is written. `now` in milliseconds since 1970. Never throws. */
export function lintPolicies(sources: readonly PolicySource[], now: number): readonly LintFinding[] {
  const errors = parsePolicySet(sources).problems.map((problem): LintFinding => ({
    ...problem,
    severity: 'error',
  }));
  const files = sources.map(parsePolicyFile).filter(({ problems }) => problems.length === 0);
  const builtin = new Set(
    files.filter(({ source }) => source.origin === 'builtin').flatMap((file) => file.policies.map(nameOf)),
  );
  const findings = files
    .filter(({ source }) => source.origin !== 'builtin')
    .flatMap((file) => [
      ...lintNames(file, builtin),
      ...file.policies.flatMap(({ policy }) => lintRules(policy, now)),
    ]);
  return [...errors, ...findings];
}

function nameOf({ policy }: FilePolicy): string {
  return policy.name;
}

function lintNames(file: PolicyFile, builtin: ReadonlySet<string>): readonly LintFinding[] {
  return file.policies.flatMap(({ policy, isEnabled, line, column }) => {
    const at = { file: policy.file, line, column, severity: 'info' } as const;
    const found: LintFinding[] = [];
    if (builtin.has(policy.name) && policy.origin === 'user')
      found.push({ ...at, message: `policy ${policy.name} takes the place of the built-in one` });
    if (builtin.has(policy.name) && policy.origin === 'project')
      found.push({
        ...at,
        severity: 'warning',
        message: `policy ${policy.name} is left out: the name is taken`,
      });
    if (policy.rules.length === 0 && isEnabled)
      found.push({ ...at, message: `policy ${policy.name} has no rules` });
    return found;
  });
}

function lintRules(policy: Policy, now: number): readonly LintFinding[] {
  return policy.rules.flatMap((rule, index) => {
    const { file, line } = rule.reference;
    const { column } = rule;
    const warn = (message: string): LintFinding => ({ file, line, column, severity: 'warning', message });
    const found: LintFinding[] = [];
    const shadow = policy.rules.slice(0, index).find((earlier) => covers(earlier, rule));
    if (shadow !== undefined)
      found.push(warn(`rule is never reached: rule ${shadow.reference.index + 1} matches all that it does`));
    if (fitsAllUnsaid(rule)) found.push(warn(`rule ${fitsAllWords[rule.action]}: ${fitsAllRemedy}`));
    if (onlyExcludes(rule.when)) found.push(warn('rule never matches: an exclusion alone matches nothing'));
    if (hasBlankList(rule.when))
      found.push(warn('rule never matches: an entry without a text matches nothing'));
    if (asksForPathOfCommand(policy, rule.when))
      found.push(warn('rule never matches: a program has no path; use reads, writes or deletes'));
    if (policy.origin === 'project' && !isRestricting(rule.action) && rule.action !== 'watch')
      found.push(warn('rule says nothing: a project can only tighten'));
    if (!isInForce(rule.expiresAt, now)) found.push({ ...warn('rule has expired'), severity: 'info' });
    if (isRestricting(rule.action) && rule.message === '')
      found.push({ ...warn(`${rule.action} has no message that says what to do instead`), severity: 'info' });
    return found;
  });
}

/** Every call, as a rule without a condition of its own has it; what is only half written becomes that. */
const fitsAllWords: Readonly<Record<Action, string>> = {
  allow: 'allows everything',
  deny: 'denies everything',
  ask: 'asks about everything',
  watch: 'watches everything',
  webhook: 'has another service decide about everything',
};

const fitsAllRemedy = 'its `when` says nothing; say what it is about, or `default: true` if that is meant';

/** Whether a rule fits everything and does not say that it is meant to. */
function fitsAllUnsaid({ when }: Rule): boolean {
  return when === anyCall || !hasOther(when, []);
}

/** Whether an earlier rule matches whatever a later one does, as far as that can be seen without trying. */
function covers(earlier: Rule, later: Rule): boolean {
  if (earlier.expiresAt !== null) return false;
  if (earlier.when.always) return true;
  const before = globsOf(earlier.when);
  const after = globsOf(later.when);
  if (before === null || after === null) return false;
  // A granting rule matches fewer lines than a restricting one of the same globs.
  if (!isRestricting(earlier.action) && isRestricting(later.action)) return false;
  return after.every((glob) => before.some((wider) => isWider(wider, glob)));
}

function isWider(wider: string, glob: string): boolean {
  if (wider === glob || wider === '*') return true;
  const prefix = wider.slice(0, -1);
  return wider.endsWith('*') && !/[*?[]/.test(prefix) && glob.startsWith(prefix);
}

/** The globs of a condition that has nothing but `command_matches`; null for any other. */
function globsOf(when: Condition): readonly string[] | null {
  const { command } = when;
  if (command?.matches == null || hasOther(command, ['matches']) || hasOther(when, ['command', 'always']))
    return null;
  return command.matches.map(({ source }) => source);
}

function hasOther(parts: object, known: readonly string[]): boolean {
  return Object.entries(parts).some(
    ([name, part]) => part !== null && part !== false && !known.includes(name),
  );
}

function onlyExcludes(when: Condition): boolean {
  const { command, path, notPath, session, notSession } = when;
  const isOfCommand = command?.notMatches != null && !hasOther(command, ['notMatches']);
  return isOfCommand || (notPath !== null && path === null) || (notSession !== null && session === null);
}

/** Whether a condition has nothing but entries without a text, as one that is half written. */
function hasBlankList(when: Condition): boolean {
  const { command, path, url, domain, session } = when;
  const lists = [command?.matches, path, url, domain, session];
  return lists.some((list) => list?.length !== 0 && list?.every(({ source }) => source === '') === true);
}

function asksForPathOfCommand(policy: Policy, when: Condition): boolean {
  const isOnlyExec = policy.tools?.every(({ source }) => source === 'exec') === true;
  return isOnlyExec && when.path !== null;
}
