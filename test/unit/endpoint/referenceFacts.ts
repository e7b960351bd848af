import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';

/** Where the facts of the peer stand; the README there has what the keys mean. */
const folder = join('test', 'fixtures', 'reference');

/** What a value must be: types by name, or the same of what is in it. */
export type Form = string | readonly [Form] | { readonly [key: string]: Form };

/** One call, and what the peer makes of it. */
export interface ReferenceStep {
  readonly call: string;
  readonly with?: unknown;
  readonly size?: number;
  readonly passes?: number;
  readonly status: number;
  readonly says?: UnknownRecord;
  readonly lists?: Readonly<Record<string, number>>;
  readonly lines?: number;
  readonly keeps?: Readonly<Record<string, string>>;
  /** What we answer instead, and why. */
  readonly here?: { readonly why: string; readonly status: number; readonly says?: UnknownRecord };
}

/** What happens one after the other at a server that was just started. */
export interface ReferenceCase {
  readonly it: string;
  readonly mode?: 'monitor' | 'disabled';
  readonly listens?: true;
  readonly steps: readonly ReferenceStep[];
  readonly hears?: readonly UnknownRecord[];
}

/** One route of the peer. */
export interface ReferenceRoute {
  readonly route: string;
  readonly authority: 'none' | 'eval' | 'stream' | 'admin';
  readonly type?: string;
  readonly answers: Readonly<Record<string, Form>>;
  readonly events?: Readonly<Record<string, Form>>;
  readonly cases: readonly ReferenceCase[];
}

/** Every route of the peer that has its facts here. */
export const referenceRoutes: readonly ReferenceRoute[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && name !== 'policy.yaml')
  .map((name) => parse(readFileSync(join(folder, name), 'utf8'), { merge: true }) as ReferenceRoute);

/** The policy of the server in all cases. */
export const referencePolicy = readFileSync(join(folder, 'policy.yaml'), 'utf8');

/** The route that a call meets; undefined where the peer has none. */
export function routeOfCall(call: string): ReferenceRoute | undefined {
  const [path = ''] = call.split('?');
  const fits = referenceRoutes.filter(({ route }) =>
    new RegExp(`^${route.replaceAll(/\{[^}]*\}/g, '[^/]+')}$`).test(path),
  );
  return fits.find(({ route }) => !route.includes('{')) ?? fits[0];
}

/** Fails where a value has not the form that the peer gives it; more keys than that are ours. */
export function checkForm(value: unknown, form: Form, what: string): void {
  if (typeof form === 'string') {
    const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    assert.ok(form.replace('?', '').split('|').includes(type), `${type} is not ${form}: ${what}`);
  } else if (isList(form)) {
    assert.ok(Array.isArray(value), what);
    for (const entry of value) checkForm(entry, form[0], what);
  } else {
    assert.ok(isRecord(value), what);
    for (const [key, part] of Object.entries(form)) {
      const mayBeMissing = typeof part === 'string' && part.endsWith('?');
      if (!mayBeMissing || key in value) checkForm(value[key], part, `${key} of ${what}`);
    }
  }
}

function isList(form: Exclude<Form, string>): form is readonly [Form] {
  return Array.isArray(form);
}

/** What steps keep for those behind them. */
export class KeptValues {
  readonly #values = new Map<string, unknown>();

  keep(name: string, value: unknown): void {
    assert.ok(value !== undefined, `there is no ${name} to keep`);
    this.#values.set(name, value);
  }

  /** A text with `$name` as it stands in a path. */
  inPath(text: string): string {
    return text.replaceAll(/\$(\w+)/g, (_whole, name: string) => encodeURIComponent(String(this.#of(name))));
  }

  /** The same of every text in a value. */
  in(value: unknown): unknown {
    if (typeof value === 'string') return value.startsWith('$') ? this.#of(value.slice(1)) : value;
    if (Array.isArray(value)) return value.map((entry) => this.in(entry));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.in(entry)]));
  }

  #of(name: string): unknown {
    assert.ok(this.#values.has(name), `nothing was kept as ${name}`);
    return this.#values.get(name);
  }
}

/** Whether a value has all that is wanted; a list has as many entries. */
export function holds(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const isAsLong = Array.isArray(value) && value.length === wanted.length;
    return isAsLong && wanted.every((entry, index) => holds(value[index], entry));
  }
  if (!isRecord(wanted)) return value === wanted;
  return isRecord(value) && Object.entries(wanted).every(([key, entry]) => holds(value[key], entry));
}
