import type { PolicySource } from './policySet.ts';
import { YamlFile } from './yamlNode.ts';

/** What the policies of a file say of themselves, by name; a policy without a description is left out. Never throws. */
export function readDescriptions(source: Pick<PolicySource, 'file' | 'text'>): ReadonlyMap<string, string> {
  const file = new YamlFile(source.file, source.text);
  const list = file.root === null ? undefined : file.readMap(file.root, [], 'the file')?.get('policies');
  const found = new Map<string, string>();
  for (const node of (list === undefined ? null : file.readList(list, 'policies')) ?? []) {
    const values = file.readMap(node, [], 'policy');
    const [name, description] = ['name', 'description'].map((key) => {
      const value = values?.get(key);
      return value === undefined ? null : file.readText(value, key);
    });
    if (name != null && description != null) found.set(name, description);
  }
  return found;
}
