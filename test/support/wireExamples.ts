import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteText } from '../../src/protocol/byteText.ts';

/** Where the shared examples stand; tests run in the root of the repository. */
export const wireFolder = join('test', 'fixtures', 'wire');

/** One example: its values by name, in their order; each value as bytes. */
export type WireExample = ReadonlyMap<string, readonly ByteText[]>;

/** The examples of a `.txt` file of the shared folder; its README has the format. */
export function readWireExamples(file: string): readonly WireExample[] {
  const text = readFileSync(join(wireFolder, file), 'latin1');
  return text
    .split('\n\n')
    .map(parseExample)
    .filter((example) => example.size > 0);
}

/** The only value of a name. */
export function only(example: WireExample, name: string): ByteText {
  const [value] = example.get(name) ?? [];
  if (value === undefined) throw new Error(`the example has no ${name}`);
  return value;
}

function parseExample(block: string): WireExample {
  const example = new Map<string, ByteText[]>();
  for (const line of block.split('\n').filter((each) => each !== '')) {
    const equals = line.indexOf('=');
    const name = line.slice(0, equals);
    example.set(name, [...(example.get(name) ?? []), decode(line.slice(equals + 1))]);
  }
  return example;
}

function decode(value: string): ByteText {
  return value.replaceAll(/%([0-9a-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
