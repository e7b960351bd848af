import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { codeSources } from '../../../src/policy/condition.ts';
import { conditionKeys } from '../../../src/policy/parseCondition.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import { operations } from '../../../src/policy/operation.ts';
import { targetClasses } from '../../../src/policy/targetClass.ts';
import { projectPolicyFile, userPolicyFolder } from '../../../src/system/policySources.ts';

/** The part of JSON Schema that is looked into. */
interface Schema {
  readonly enum?: readonly unknown[];
  readonly enumDescriptions?: readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const root = JSON.parse(readFileSync('schemas/policy.schema.json', 'utf8')) as Schema & {
  readonly definitions: Readonly<Record<string, Schema>>;
};

const ajv = new Ajv({ allErrors: true, strict: false });
const validate = ajv.compile(root);

/** Whether a policy file is as the schema says. */
function isValid(value: unknown): boolean {
  return validate(value);
}

const parses = (text: string): boolean =>
  parsePolicySet([{ file: 'a.yaml', text, origin: 'user' }]).problems.length === 0;

/** Files in each of which one key, or one entry of a list, is left empty: every one that the schema knows. */
function emptyPlaces(): readonly string[] {
  const { definitions } = root;
  const rule = (value: object): object => ({
    policies: [{ name: 'p', rules: [{ action: 'deny', ...value }] }],
  });
  const condition = (value: object): object => rule({ when: value });
  const { properties: conditions } = definitions['condition']!;
  const { properties: policies } = definitions['policy']!;
  const { properties: rules } = definitions['rule']!;
  const webhook = { url: 'https://x.test' };
  const places: readonly (readonly [Schema | undefined, (value: object) => object])[] = [
    [root, (value) => value],
    [root.properties!['notify'], (value) => ({ notify: value })],
    [definitions['policy'], (value) => ({ policies: [{ name: 'p', ...value }] })],
    [policies!['match'], (value) => ({ policies: [{ name: 'p', match: value }] })],
    [definitions['rule'], rule],
    [rules!['ask'], (value) => rule({ ask: value })],
    [rules!['webhook'], (value) => rule({ action: 'webhook', webhook: { ...webhook, ...value } })],
    [{ properties: { webhook: {} } }, (value) => rule({ action: 'webhook', ...value })],
    [definitions['condition'], condition],
    [conditions!['agent_depth'], (value) => condition({ agent_depth: value })],
    [conditions!['call_count'], (value) => condition({ call_count: { gte: 1, window: '1h', ...value } })],
    [{ properties: { any: {} } }, (value) => condition({ tool_param_matches: value })],
    [definitions['test'], (value) => ({ tests: [{ tool: 'exec', expect: 'log', ...value }] })],
  ];
  return places.flatMap(([schema, write]) =>
    Object.entries(schema!.properties!).flatMap(([key, { items }]) => [
      JSON.stringify(write({ [key]: null })),
      ...(items === undefined && key !== 'tool' ? [] : [JSON.stringify(write({ [key]: [null] }))]),
    ]),
  );
}

const rule = (text: string): string => `policies: [{ name: p, rules: [{ action: deny, ${text} }] }]`;

describe('the schema of the language', () => {
  it('knows the keys and words that the parser knows', () => {
    const { properties } = root.definitions['condition']!;
    assert.deepEqual(Object.keys(properties!).sort(), [...conditionKeys].sort());
    assert.deepEqual(root.definitions['place']!.enum, targetClasses);
    assert.deepEqual(properties!['operation']!.items!.enum, operations);
    assert.deepEqual(properties!['runs_code_from']!.items!.enum, codeSources);
  });

  it('says what each of them means', () => {
    const conditions = Object.values(root.definitions['condition']!.properties!);
    for (const { description } of conditions) assert.match(description ?? '', /^[A-Z].*\.$/);
    for (const { enum: words, enumDescriptions } of [
      ...conditions.flatMap(({ items }) => items ?? []),
      root.definitions['place']!,
      root.definitions['rule']!.properties!['action']!,
    ])
      assert.equal(enumDescriptions?.length, words?.length);
  });

  it('complains once of one mistake', () => {
    const text =
      'policies: [{ name: p, rules: [{ action: dney }, { action: ask, when: { deletes: [hom] } }] }]';
    assert.equal(isValid(parse(text)), false);
    assert.deepEqual(
      validate.errors?.map(({ instancePath }) => instancePath),
      ['/policies/0/rules/0/action', '/policies/0/rules/1/when/deletes/0'],
    );
  });

  it('takes a key without a value where the parser does', () => {
    const empty = emptyPlaces();
    assert.ok(empty.length > 80, String(empty.length));
    for (const text of empty) assert.deepEqual([text, isValid(parse(text))], [text, parses(text)]);
    assert.ok(isValid(parse(rule('when: '))));
    assert.ok(!isValid(parse(rule('when: { call_count: { gte: , window: 1h } }'))));
  });

  it('takes every policy that ships or that a test uses', () => {
    const folder = 'test/fixtures/policies';
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.yaml') && !file.endsWith('cases.yaml'),
    );
    assert.ok(files.length > 10);
    for (const file of ['policies/default.yaml', ...files.map((name) => join(folder, name))])
      assert.ok(isValid(parse(readFileSync(file, 'utf8'))), file);
  });

  const right = [
    'version: 1',
    'notify: { url: https://x.test, platform: auto, on: [deny, ask] }',
    'default_action: log',
    'policies: [{ name: p, match: { tool: [a, b], agent: x } }]',
    'policies: [{ name: p, match: { tool: a }, priority: -5, enabled: false, description: d }]',
    rule('when: { call_count: { gte: 3, window: 1h30m } }'),
    rule('when: { tool_param_matches: { a: b } }'),
    rule('when: { agent_depth: { gte: 1 } }'),
    rule("when: { runs: ['git push -f'] }, once: true, expires_at: '2030-01-01T00:00:00Z', message: m"),
    'policies: [{ name: p, rules: [{ action: webhook, webhook: { url: https://x.test, timeout: 5s, fail_open: true } }] }]',
    'tests: [{ tool: exec, expect: log, params: { command: ls } }]',
  ];
  const wrong = [
    'version: 2',
    'notify: { adress: x }',
    'notify: { platform: irc }',
    'policies: [{ name: p, rules: [{ action: webhook, webhook: { url: x } }] }]',
    'default_action: maybe',
    'defaultAction: deny',
    'policies: [{ rules: [] }]',
    "policies: [{ name: '' }]",
    'policies: [{ name: p, priority: high }]',
    'policies: [{ name: p, enabled: 1 }]',
    'policies: [{ name: p, match: { agent: [a] } }]',
    'policies: [{ name: p, rules: [{ message: m }] }]',
    'policies: [{ name: p, rules: [{ action: webhook }] }]',
    'policies: {}',
    rule('reason: r'),
    rule('when: { command_matches: rm }'),
    rule("when: { command_contains: [' '] }"),
    rule('when: { deletes: [everything] }'),
    rule('when: { runs_code_from: [disk] }'),
    rule("when: { runs: ['-f'] }"),
    rule('when: { call_count: { gte: 1 } }'),
    rule('when: { call_count: { gte: 1001, window: 1h } }'),
    rule('when: { call_count: { gte: 1, window: soon } }'),
    rule('when: { unknown: [a] }'),
    rule('ask: { who: me }'),
    rule('once: perhaps'),
    'tests: [{ expect: deny }]',
    'tests: [{ tool: exec, expect: perhaps }]',
  ];

  it('takes what the parser takes', () => {
    for (const text of right)
      assert.deepEqual([text, isValid(parse(text)), parses(text)], [text, true, true]);
  });

  it('refuses what the parser refuses', () => {
    for (const text of wrong)
      assert.deepEqual([text, isValid(parse(text)), parses(text)], [text, false, false]);
  });
});

it('is offered to the editor’s extension for YAML, for every file that is read', () => {
  const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly contributes: { readonly yamlValidation: readonly object[] };
  };
  const fileMatch = ['policies/*.yaml', 'policies/*.yml', 'policy.yaml'].map((name) => `**/.rampart/${name}`);
  assert.deepEqual(contributes.yamlValidation, [{ fileMatch, url: './schemas/policy.schema.json' }]);
  assert.equal(userPolicyFolder('/h'), '/h/.rampart/policies');
  assert.equal(projectPolicyFile('/w'), '/w/.rampart/policy.yaml');
});
