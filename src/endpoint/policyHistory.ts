import { createHash } from 'node:crypto';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { isRecord, parseJson } from '../base/record.ts';
import { readOwnFile, replaceOwnFile } from '../system/ownFile.ts';
import type { Incident } from './auditEntry.ts';
import type { PolicyStore } from './policyStore.ts';
import { putAside } from './putAside.ts';

/** The version of the file's form. */
const format = 1;

/** The longest text of a change, in characters. */
const maxMessageLength = 1_000;

/** What the log calls the policy that comes with us, whose path has the hash of a version. */
const builtinName = 'the built-in policy';

/** What the change of a policy is recorded with. */
export interface PolicyHistoryParts {
  /** `policy.json` of the state directory. */
  readonly file: string;
  readonly policy: PolicyStore;
  readonly logger: Logger;
  /** Whether the state directory is still ours. */
  readonly isOurs: () => boolean;
  readonly recordIncident: (incident: Incident, caller: null) => void;
}

/** What the policy in force everywhere is made of; of a workspace's own it needs no record, for that only tightens. */
interface PolicyContent {
  readonly defaultAction: string;
  /** How many rules each policy has, by its name. */
  readonly policies: ReadonlyMap<string, number>;
  /** The hash of each text, by its file. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Has it in the log whenever another policy is in force than before, also where that was changed while no endpoint ran:
 * a pack that was switched off, a file that was edited, or is not named in the settings any more.
 */
export function recordPolicyChanges(parts: PolicyHistoryParts): Disposable {
  const { file, policy, logger, isOurs, recordIncident } = parts;
  const kept = readKept(file, logger);
  let known = contentOf(policy);
  const note = (before: PolicyContent, prefix: string): void => {
    const changes = describeChanges(before, known);
    if (changes === '') return;
    const message = `${prefix}${changes}`.slice(0, maxMessageLength);
    recordIncident({ what: 'policy changed', message, refused: false }, null);
    if (isOurs()) write(file, known, logger);
  };
  if (kept === null) write(file, known, logger);
  else note(kept, 'since another endpoint ran: ');
  return policy.onDidChange(() => {
    const before = known;
    known = contentOf(policy);
    note(before, '');
  });
}

function contentOf({ set, texts }: PolicyStore): PolicyContent {
  return {
    defaultAction: set.defaultAction,
    policies: new Map(set.policies.map(({ name, rules }) => [name, rules.length])),
    files: new Map(
      texts.map(({ file, origin, text }) => [origin === 'builtin' ? builtinName : file, hashOf(text)]),
    ),
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Empty when both are the same. */
function describeChanges(before: PolicyContent, now: PolicyContent): string {
  const byDefault =
    before.defaultAction === now.defaultAction
      ? []
      : [`the default action is ${now.defaultAction}, it was ${before.defaultAction}`];
  return [
    ...byDefault,
    ...compare(before.policies, now.policies, {
      gone: (name, rules) => `policy ${name} is out of force (rules: ${rules})`,
      fresh: (name, rules) => `policy ${name} is in force (rules: ${rules})`,
      other: (name, rules, was) => `policy ${name} has other rules (${rules}, before ${was})`,
    }),
    ...compare(before.files, now.files, {
      gone: (file) => `${file} is not read any more`,
      fresh: (file) => `${file} is read`,
      other: (file) => `${file} was changed`,
    }),
  ].join('; ');
}

interface Words<Value> {
  readonly gone: (name: string, was: Value) => string;
  readonly fresh: (name: string, is: Value) => string;
  readonly other: (name: string, is: Value, was: Value) => string;
}

function compare<Value>(
  before: ReadonlyMap<string, Value>,
  now: ReadonlyMap<string, Value>,
  { gone, fresh, other }: Words<Value>,
): readonly string[] {
  const lost = [...before].filter(([name]) => !now.has(name)).map(([name, was]) => gone(name, was));
  const rest = [...now].flatMap(([name, is]) => {
    const was = before.get(name);
    if (was === undefined) return [fresh(name, is)];
    return was === is ? [] : [other(name, is, was)];
  });
  return [...lost, ...rest];
}

function write(file: string, { defaultAction, policies, files }: PolicyContent, logger: Logger): void {
  const kept = {
    format,
    defaultAction,
    policies: Object.fromEntries(policies),
    files: Object.fromEntries(files),
  };
  try {
    replaceOwnFile(file, `${JSON.stringify(kept)}\n`);
  } catch (thrown) {
    logger.error(`what the policy is made of cannot be kept: ${messageOf(thrown)}`);
  }
}

/** Null where no endpoint has kept any, and where it cannot be read. */
function readKept(file: string, logger: Logger): PolicyContent | null {
  let text: string;
  try {
    text = readOwnFile(file);
  } catch {
    return null;
  }
  const kept = parseJson(text);
  const value = kept.ok && isRecord(kept.value) && kept.value['format'] === format ? kept.value : {};
  const { defaultAction, policies, files } = value;
  if (typeof defaultAction === 'string' && isRecord(policies) && isRecord(files)) {
    return {
      defaultAction,
      policies: entriesOf(policies, (rules) => typeof rules === 'number'),
      files: entriesOf(files, (hash) => typeof hash === 'string'),
    };
  }
  putAside(file, 'what the policy was made of cannot be read', logger);
  return null;
}

function entriesOf<Value>(
  record: Readonly<Record<string, unknown>>,
  isValue: (value: unknown) => value is Value,
): ReadonlyMap<string, Value> {
  return new Map(
    Object.entries(record).flatMap(([name, value]) => (isValue(value) ? [[name, value] as const] : [])),
  );
}
