import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { addRule, allowanceName, removeRule } from '../policy/editPolicyFile.ts';
import type { WrittenRule } from '../policy/editPolicyFile.ts';
import { listRules } from '../policy/listRules.ts';
import type { ListedRule } from '../policy/listRules.ts';
import { changeFile } from '../system/changeFile.ts';

/** How many rules the file may have; more are refused, so that a loop cannot slow every decision down. */
const maxHandRules = 1_000;

/** What was written, or stood there already. */
export interface WrittenName {
  readonly name: string;
  readonly isNew: boolean;
}

/**
 * The policy file of what persons allow one by one, in the editor or by an approval for good; the command line writes the
 * same one. Only the peer's keys stand in it.
 */
export class HandRules {
  readonly #file: string | null;

  /** `file` is null when no home directory is known. */
  constructor(file: string | null) {
    this.#file = file;
  }

  /** A failure says why the file cannot be read. */
  list(): Result<readonly ListedRule[], string> {
    const text = this.#read();
    return text.ok ? success(listRules(text.value)) : text;
  }

  /** Adds a rule, unless the same one stands there without end. A failure says why it cannot. */
  add(rule: WrittenRule): Result<WrittenName, string> {
    const text = this.#read();
    if (!text.ok) return text;
    const known = listRules(text.value);
    const name = allowanceName(rule.tool, rule.pattern);
    const lasts = (each: ListedRule): boolean => !each.isOnce && each.expiresAt === null;
    const isKnown = known.some((each) => each.policy === name && each.action === rule.action && lasts(each));
    if (isKnown && !rule.isOnce && rule.expiresAt === null) return success({ name, isNew: false });
    if (known.length >= maxHandRules) return failure(`there are ${maxHandRules} rules already`);
    const edited = addRule(text.value, name, rule);
    if (!edited.ok) return edited;
    const written = this.#write(edited.value);
    return written.ok ? success({ name, isNew: true }) : written;
  }

  /** Takes all rules out that stand under a name; false when there are none. */
  remove(name: string): Result<boolean, string> {
    const text = this.#read();
    if (!text.ok) return text;
    const found = listRules(text.value).filter(({ policy }) => policy === name);
    let rest: Result<string, string> = text;
    for (let left = found.length; left > 0 && rest.ok; left -= 1) rest = removeRule(rest.value, name, 0);
    if (!rest.ok) return rest;
    const written = found.length === 0 ? success(null) : this.#write(rest.value);
    return written.ok ? success(found.length > 0) : written;
  }

  /** Takes out the rules whose time is over and gives them back. */
  removeExpired(now: number): Result<readonly ListedRule[], string> {
    const text = this.#read();
    if (!text.ok) return text;
    const isOver = ({ expiresAt }: ListedRule): boolean => expiresAt !== null && Date.parse(expiresAt) <= now;
    if (this.#file === null || !listRules(text.value).some(isOver)) return success([]);
    let expired: readonly ListedRule[] = [];
    const changed = changeFile(this.#file, (current) => {
      expired = listRules(current).filter(isOver);
      // The last first, so that the others keep their places.
      return [...expired]
        .reverse()
        .reduce<Result<string, string>>(
          (rest, { policy, index }) => (rest.ok ? removeRule(rest.value, policy, index) : rest),
          success(current),
        );
    });
    return changed.ok ? success(expired) : changed;
  }

  #read(): Result<string, string> {
    if (this.#file === null) return failure('no home directory is known');
    try {
      return success(readFileSync(this.#file, 'utf8'));
    } catch (thrown) {
      const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
      return isMissing ? success('') : failure(`the file cannot be read: ${messageOf(thrown)}`);
    }
  }

  #write(text: string): Result<null, string> {
    return this.#file === null ? failure('no home directory is known') : replacePolicyFile(this.#file, text);
  }
}

/** Writes a policy file so that it is whole at every moment. */
export function replacePolicyFile(file: string, text: string): Result<null, string> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // A name that no reader of policies takes.
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return success(null);
  } catch (thrown) {
    return failure(`the file cannot be written: ${messageOf(thrown)}`);
  }
}
