// @ts-check
import { setTimeout as pause } from 'node:timers/promises';

const pollMs = 50;

/**
 * Waits until `condition` gives something true, and returns that. What it throws counts as "not yet", unless
 * `isFatal` says otherwise; after `timeoutMs` (default 90 s) this throws, naming what was waited for.
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {{ what: string, timeoutMs?: number, isFatal?: () => boolean }} options
 * @returns {Promise<Exclude<T, undefined | null | false | '' | 0>>}
 */
export async function until(condition, { what, timeoutMs = 90_000, isFatal = () => false }) {
  const deadline = Date.now() + timeoutMs;
  /** @type {unknown} */
  let cause;
  for (;;) {
    try {
      const value = await condition();
      if (value) return /** @type {Exclude<T, undefined | null | false | '' | 0>} */ (value);
    } catch (error) {
      if (isFatal()) throw error;
      cause = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause });
    await pause(pollMs);
  }
}
