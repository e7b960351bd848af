import { Document, isMap, isScalar, isSeq, Pair, parseAllDocuments, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Node } from 'yaml';

/**
 * A YAML text as its parser understood it, small and quick to read: `[0, start, ...keys and values]` a mapping,
 * `[1, start, ...items]` a list, `[2, start, value, source?]` a scalar.
 */
export type FrozenNode = readonly unknown[];

const kinds = { map: 0, list: 1, scalar: 2 } as const;

/** What a text is understood as; null for one that is not a single sound document without references. */
export function freezeYaml(text: string): FrozenNode | null {
  const documents = parseAllDocuments(text, { merge: false });
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (document === undefined || second !== undefined || document.errors.length > 0) return null;
  return freeze(document.contents);
}

function freeze(node: unknown): FrozenNode | null {
  if (isScalar(node)) {
    const isPlain = typeof node.value === 'string';
    return [kinds.scalar, startOf(node), node.value, ...(isPlain ? [] : [node.source ?? null])];
  }
  if (isSeq(node)) return freezeAll(kinds.list, startOf(node), node.items);
  if (!isMap(node)) return null;
  return freezeAll(
    kinds.map,
    startOf(node),
    node.items.flatMap(({ key, value }) => [key, value]),
  );
}

function freezeAll(kind: number, start: number, parts: readonly unknown[]): FrozenNode | null {
  const frozen = parts.map((part) => (part === null ? null : freeze(part)));
  // A reference, or what else has no place here.
  return frozen.some((part, index) => part === null && parts[index] !== null)
    ? null
    : [kind, start, ...frozen];
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** The document that a parser would give for the text that was frozen. */
export function thawYaml(root: FrozenNode): Document {
  const document = new Document();
  document.contents = thaw(root);
  return document;
}

function thaw(frozen: unknown): Node | null {
  if (!Array.isArray(frozen)) return null;
  const [kind, start, ...parts] = frozen as readonly unknown[];
  const node = thawKind(kind, parts);
  if (typeof start === 'number') node.range = [start, start, start];
  return node;
}

function thawKind(kind: unknown, parts: readonly unknown[]): Node {
  if (kind === kinds.scalar) return thawScalar(parts);
  if (kind === kinds.list) {
    const list = new YAMLSeq();
    list.items = parts.map(thaw);
    return list;
  }
  const map = new YAMLMap<Node | null, Node | null>();
  for (let index = 0; index + 1 < parts.length; index += 2) {
    map.items.push(new Pair(thaw(parts[index]), thaw(parts[index + 1])));
  }
  return map;
}

function thawScalar([value, source]: readonly unknown[]): Scalar {
  const scalar = new Scalar(value);
  if (typeof source === 'string') scalar.source = source;
  return scalar;
}
