import type { Document, YAMLMap } from 'yaml';
import { isMap, isSeq, parseDocument, YAMLSeq } from 'yaml';
import { messageOf } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { failure, success } from '../base/result.ts';
import { parsePolicyFile } from './parsePolicyFile.ts';

/** A rule to be written into a policy file. */
export interface WrittenRule {
  readonly action: 'allow' | 'deny' | 'ask' | 'watch';
  /** The tool that it is about; its pattern is compared with commands of `exec`, with paths of any other. */
  readonly tool: string;
  readonly pattern: string;
  readonly message: string | null;
  /** RFC 3339; null when it does not end. */
  readonly expiresAt: string | null;
  readonly isOnce: boolean;
  /** RFC 3339: when it was written. */
  readonly added: string;
}

/** A pattern that matches nothing but this text. */
export function exactPattern(text: string): string {
  return text.replaceAll(/[*?[]/g, '[$&]');
}

/** The name under which tools keep what a person allows by hand: the same for the same pattern. */
export function allowanceName(tool: string, pattern: string): string {
  let hash = 5381;
  for (const character of tool === 'exec' ? pattern : `${tool}\0${pattern}`)
    hash = (Math.imul(hash, 33) + (character.codePointAt(0) ?? 0)) >>> 0;
  return `user-allow-${hash.toString(16).padStart(8, '0')}`;
}

/**
 * The text of a policy file with a rule added at the end of a policy, which is made when it is not there. Comments and layout
 * stay. Fails, with the first problem, when the file could not be used before or after.
 */
export function addRule(text: string, policy: string, rule: WrittenRule): Result<string, string> {
  return edit(text, (document) => {
    const policies = listIn(document, document.contents, 'policies');
    const rules = listIn(
      document,
      findPolicy(policies, policy) ?? appendPolicy(document, policies, policy, rule.tool),
      'rules',
    );
    rules.add(document.createNode(plainRule(rule)));
  });
}

/** The text of a policy file without one rule, and without its policy when that has no other; rules count from 0. */
export function removeRule(text: string, policy: string, index: number): Result<string, string> {
  return edit(text, (document) => {
    const policies = listIn(document, document.contents, 'policies');
    const found = findPolicy(policies, policy);
    const rules = found?.get('rules');
    if (!isSeq(rules) || index < 0 || index >= rules.items.length)
      return `there is no rule ${index + 1} in ${policy}`;
    rules.delete(index);
    if (rules.items.length === 0) policies.delete(policies.items.indexOf(found));
    return null;
  });
}

/**
 * The text of a policy file in which an entry switches a policy of another file off, or without that entry. Fails when
 * the file has a policy of this name with rules of its own.
 */
export function switchPolicy(text: string, name: string, isOn: boolean): Result<string, string> {
  return edit(text, (document) => {
    const policies = listIn(document, document.contents, 'policies');
    const found = findPolicy(policies, name);
    if (found?.has('rules') === true) return `policy ${name} has rules of its own here`;
    if (isOn && found !== null) policies.delete(policies.items.indexOf(found));
    if (!isOn && found === null) policies.add(document.createNode({ name, enabled: false }));
    if (!isOn) found?.set('enabled', false);
    return null;
  });
}

function edit(
  text: string,
  change: (document: Document) => string | null | undefined,
): Result<string, string> {
  try {
    const given = text.trim() === '' ? "version: '1'\npolicies: []\n" : text;
    const broken = firstProblem(given);
    if (broken !== null) return failure(broken);
    const document = parseDocument(given);
    const refused = change(document) ?? null;
    if (refused !== null) return failure(refused);
    const edited = document.toString({ lineWidth: 0 });
    const problem = firstProblem(edited);
    return problem === null ? success(edited) : failure(problem);
  } catch (thrown) {
    return failure(`the file could not be edited: ${messageOf(thrown)}`);
  }
}

function firstProblem(text: string): string | null {
  const [problem] = parsePolicyFile({ file: '', text, origin: 'user' }).problems;
  return problem === undefined ? null : `line ${problem.line}: ${problem.message}`;
}

/** The list under a key, which is made, in block style, when it is not there. */
function listIn(document: Document, node: unknown, key: string): YAMLSeq {
  const map = node as YAMLMap;
  const known = map.get(key);
  if (isSeq(known)) {
    if (known.items.length === 0) known.flow = false;
    return known;
  }
  const made = new YAMLSeq(document.schema);
  map.set(key, made);
  return made;
}

function findPolicy(policies: YAMLSeq, name: string): YAMLMap | null {
  return policies.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name) ?? null;
}

function appendPolicy(document: Document, policies: YAMLSeq, name: string, tool: string): YAMLMap {
  const made = document.createNode({ name, match: { tool: [tool] }, rules: [] });
  policies.add(made);
  return made;
}

function plainRule({ action, tool, pattern, message, expiresAt, isOnce, added }: WrittenRule): object {
  return {
    action,
    when: tool === 'exec' ? { command_matches: [pattern] } : { path_matches: [pattern] },
    ...(message === null ? {} : { message }),
    ...(expiresAt === null ? {} : { expires_at: expiresAt }),
    ...(isOnce ? { once: true } : {}),
    added,
  };
}
