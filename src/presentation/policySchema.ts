import { isRecord, type UnknownRecord } from '../base/record.ts';

/** A key or a value that a policy file can have at a place. */
export interface PolicyWord {
  readonly word: string;
  readonly kind: 'key' | 'value';
  readonly description: string;
}

/** The most steps that references are followed. */
const maxSteps = 20;

/**
 * The keys above a line of YAML, the outermost first, by how far it is indented; `- ` belongs to the indentation.
 * Good for the block style in which policies are written.
 */
export function findKeyPath(lines: readonly string[], line: number): readonly string[] {
  const path: string[] = [];
  let depth = indentOf(lines[line] ?? '', true);
  for (let above = line - 1; above >= 0 && depth > 0; above -= 1) {
    const text = lines[above] ?? '';
    const match = /^[\s-]*([\w.]+)\s*:/u.exec(text);
    if (match === null) continue;
    // A key behind a dash stands as deep as its neighbours below it, but the list's own key above stands further out.
    const keyDepth = indentOf(text, true);
    if (keyDepth >= depth) continue;
    path.unshift(match[1] ?? '');
    depth = keyDepth;
  }
  return path;
}

/** What can stand at a place of a policy file, as its schema says; `key` asks for the values of that key. */
export function findPolicyWords(
  schema: unknown,
  path: readonly string[],
  key: string | null,
): readonly PolicyWord[] {
  if (!isRecord(schema)) return [];
  const places = path.reduce<readonly UnknownRecord[]>(
    (current, name) => current.flatMap((place) => childrenOf(schema, place, name)),
    unfold(schema, schema),
  );
  if (key !== null)
    return places.flatMap((place) => childrenOf(schema, place, key)).flatMap((place) => valuesOf(place));
  return places.flatMap((place) => keysOf(schema, place));
}

/** Where a word of a policy stands: below these keys, as a value of the last one; null where it is a key itself. */
export interface WordPlace {
  readonly path: readonly string[];
  readonly key: string | null;
}

/** Where the word behind that much of a line stands, `path` being the keys above the line; in either style of YAML. */
export function findWordPlace(before: string, path: readonly string[]): WordPlace {
  const value = /([\w.]+)\s*:\s*(?:\[(?:[^\]]*,)?\s*)?["']?\w*$/u.exec(before);
  if (value?.[1] !== undefined)
    return { path: [...path, ...openKeys(before.slice(0, value.index))], key: value[1] };
  const isItem = /^\s*-\s*["']?\w*$/u.test(before);
  return isItem
    ? { path: path.slice(0, -1), key: path.at(-1) ?? null }
    : { path: [...path, ...openKeys(before)], key: null };
}

/** The keys whose mappings are open at the end of a part of a line: `when` in `when: { deletes: [x],`. */
function openKeys(before: string): readonly string[] {
  const open: string[] = [];
  for (const [token, name = ''] of before.matchAll(/(?:([\w.]+)\s*:\s*)?\{|\}/gu)) {
    if (token === '}') open.pop();
    else open.push(name);
  }
  return open.filter((name) => name !== '');
}

/** What the schema says of a key at a place; empty when it says nothing. */
export function describeKey(schema: unknown, path: readonly string[], key: string): string {
  return findPolicyWords(schema, path, null).find(({ word }) => word === key)?.description ?? '';
}

/** A value, and where it stands. */
export interface ValuePlace extends WordPlace {
  readonly value: string;
}

/** What the schema says of a value; empty when it says nothing. */
export function describeValue(schema: unknown, { path, key, value }: ValuePlace): string {
  return findPolicyWords(schema, path, key).find(({ word }) => word === value)?.description ?? '';
}

function indentOf(line: string, withDash: boolean): number {
  const match = (withDash ? /^(?:\s|-\s)*/u : /^\s*/u).exec(line);
  return match?.[0].length ?? 0;
}

function childrenOf(schema: UnknownRecord, place: UnknownRecord, name: string): readonly UnknownRecord[] {
  const properties = place['properties'];
  const child = isRecord(properties) ? properties[name] : undefined;
  return isRecord(child) ? unfold(schema, child) : [];
}

/** A part of a schema with its references, its alternatives and the items of its list. */
function unfold(schema: UnknownRecord, part: UnknownRecord, steps = 0): readonly UnknownRecord[] {
  if (steps > maxSteps) return [];
  const next = (one: unknown): readonly UnknownRecord[] =>
    isRecord(one) ? unfold(schema, one, steps + 1) : [];
  const alternatives = ['anyOf', 'oneOf', 'allOf'].flatMap((name) => {
    const list: unknown = part[name];
    return Array.isArray(list) ? list.flatMap(next) : [];
  });
  const reference = part['$ref'];
  const referred = typeof reference === 'string' ? next(resolve(schema, reference)) : [];
  return [part, ...referred, ...alternatives, ...next(part['items'])];
}

function resolve(schema: UnknownRecord, reference: string): unknown {
  return reference
    .replace(/^#\//u, '')
    .split('/')
    .reduce<unknown>((place, name) => (isRecord(place) ? place[name] : undefined), schema);
}

function keysOf(schema: UnknownRecord, place: UnknownRecord): readonly PolicyWord[] {
  const properties = place['properties'];
  if (!isRecord(properties)) return [];
  return Object.entries(properties).map(([word, child]) => ({
    word,
    kind: 'key',
    description: isRecord(child) ? textOf(unfold(schema, child)) : '',
  }));
}

function textOf(places: readonly UnknownRecord[]): string {
  const described = places.find(({ description }) => typeof description === 'string');
  return typeof described?.['description'] === 'string' ? described['description'] : '';
}

function valuesOf(place: UnknownRecord): readonly PolicyWord[] {
  const values: unknown = place['enum'];
  if (!Array.isArray(values)) return [place['type']].flat().includes('boolean') ? booleans : [];
  const described: unknown = place['enumDescriptions'];
  const descriptions: readonly unknown[] = Array.isArray(described) ? described : [];
  return values.flatMap((value: unknown, index) => {
    const description = descriptions[index];
    return typeof value === 'string' && value !== ''
      ? [{ word: value, kind: 'value', description: typeof description === 'string' ? description : '' }]
      : [];
  });
}

const booleans: readonly PolicyWord[] = ['true', 'false'].map((word) => ({
  word,
  kind: 'value',
  description: '',
}));
