import type { Node } from 'yaml';
import type { Action } from '../protocol/decision.ts';
import type { TextPattern } from './patterns.ts';
import { parseTextPattern } from './patterns.ts';
import type { PolicySource } from './policySet.ts';
import type { PolicyTest, PolicyTestSuite } from './policyTest.ts';
import { YamlFile } from './yamlNode.ts';

const testKeys = ['name', 'tool', 'agent', 'params', 'expect', 'expect_message'];
const suiteKeys = ['policy', 'tests'];

const expectations: ReadonlyMap<string, Action> = new Map([
  ['allow', 'allow'],
  ['deny', 'deny'],
  ['ask', 'ask'],
  ['watch', 'watch'],
  ['log', 'watch'],
  ['webhook', 'webhook'],
]);

/** Reads the `tests` of a policy file, or a suite that names its policy. Never throws. */
export function parsePolicyTests(source: Pick<PolicySource, 'file' | 'text'>): PolicyTestSuite {
  const file = new YamlFile(source.file, source.text);
  const values = file.root === null ? null : file.readMap(file.root, [], 'the file');
  if (values === null) return { policy: null, tests: [], problems: file.problems };
  const named = values.get('policy');
  if (named !== undefined) file.readMap(file.root, suiteKeys, 'the suite');
  const list = values.get('tests');
  const nodes = list === undefined ? null : file.readList(list, 'tests');
  return {
    policy: named === undefined ? null : file.readText(named, 'policy'),
    tests: (nodes ?? []).flatMap((node) => parsePolicyTest(file, node) ?? []),
    problems: file.problems,
  };
}

/** Reads the case that stands at a node of a file; what is wrong with it is noted there. */
export function parsePolicyTest(file: YamlFile, node: Node): PolicyTest | null {
  const values = file.readMap(node, testKeys, 'test');
  if (values === null) return null;
  const tool = readText(file, values.get('tool'), 'tool');
  if (tool === '') file.report(node, 'test has no tool');
  const parameters = values.get('params');
  const given = parameters === undefined ? null : file.readMap(parameters, [], 'params');
  return {
    name: readText(file, values.get('name'), 'name'),
    tool,
    agent: readText(file, values.get('agent'), 'agent') || 'test',
    parameters: Object.fromEntries([...(given ?? [])].map(([name, value]) => [name, file.valueOf(value)])),
    expected: readExpected(file, node, values.get('expect')),
    expectedMessage: readPattern(file, values.get('expect_message')),
    line: file.placeOf(node).line,
  };
}

function readText(file: YamlFile, node: Node | undefined, key: string): string {
  return node === undefined ? '' : (file.readText(node, key) ?? '');
}

function readExpected(file: YamlFile, test: Node, node: Node | undefined): Action {
  const expected = expectations.get(readText(file, node, 'expect'));
  if (expected === undefined)
    file.report(node ?? test, `expect must be one of ${[...expectations.keys()].join(', ')}`);
  return expected ?? 'deny';
}

function readPattern(file: YamlFile, node: Node | undefined): TextPattern | null {
  if (node === undefined) return null;
  const parsed = parseTextPattern(readText(file, node, 'expect_message'));
  if (parsed.ok) return parsed.value;
  file.report(node, parsed.error);
  return null;
}
