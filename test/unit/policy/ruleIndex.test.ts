import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { Call } from '../../../src/policy/call.ts';
import { choose, evaluate, isInScope, isRuleMatch, mayFire } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PlacedRule, PolicySet } from '../../../src/policy/policySet.ts';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';
import '../../support/propertySeed.ts';

const world = imagineWorld(await openShellReader());
const builtin = readFileSync('policies/default.yaml', 'utf8');
const setOf = (text: string): PolicySet => {
  const { set, problems } = parsePolicySet([{ file: 'a.yaml', text, origin: 'user' }]);
  assert.deepEqual(problems, [], text);
  return set;
};

/** What every rule says, one after the other: the meaning of a policy without anything that makes it quick. */
function walk(set: PolicySet, request: ExecRequest): readonly PlacedRule[] {
  const call = new Call(request, world, set.index.isSought);
  return set.policies.flatMap((policy) => {
    const rule = isInScope(policy, call.request)
      ? policy.rules.find((each) => isRuleMatch(each, call))
      : undefined;
    return rule !== undefined && mayFire(policy, rule) ? [{ policy, rule }] : [];
  });
}

function assertSame(set: PolicySet, request: ExecRequest): void {
  const { action, message, matchedPolicies, rule } = evaluate(set, request, world);
  const expected = choose(set.defaultAction, walk(set, request));
  assert.deepEqual({ action, message, matchedPolicies, rule }, expected, JSON.stringify(request.command));
}

const folder = 'test/bench/corpora';
const texts = [
  ...Object.values(parse(readFileSync(`${folder}/everyday.yaml`, 'utf8')) as Record<string, string[]>).flat(),
  ...Object.values(
    parse(readFileSync(`${folder}/dangerous.yaml`, 'utf8')) as Record<string, string[]>,
  ).flat(),
];
const calls = parse(readFileSync(`${folder}/everydayCalls.yaml`, 'utf8')) as string[][];

const requestOf = (argv: readonly string[]): ExecRequest =>
  imagineRequest({ argv, exe: argv[0] ?? null, command: argv.join(' ') });

describe('finding the rules that can match', () => {
  it('decides as walking all of the default policy does', () => {
    const set = setOf(builtin);
    for (const command of texts) assertSame(set, imagineRequest({ command }));
    for (const argv of calls) assertSame(set, requestOf(argv));
  });

  it('decides as walking all rules does, whatever they ask', () => {
    const word = fc.constantFrom(
      ...[
        'git',
        'push',
        'rm',
        '-rf',
        '/usr/bin/git',
        'gfind',
        'CMD.EXE',
        'prod',
        'a\\b',
        'KİLL',
        'sudo',
        '*',
        '&&',
      ],
      ...[
        '~/x',
        '.env',
        'drop table',
        'A=b',
        'x1',
        '-',
        'curl',
        '|',
        'sh',
        'env',
        '-u',
        'LD_X',
        'cat',
        '>',
        'ls',
      ],
    );
    const text = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
    const glob = fc.oneof(
      text,
      fc.tuple(text, fc.constantFrom('*', '**', '?', '[a-z]', '')).map(([one, more]) => `${one}${more}`),
      fc.tuple(fc.constantFrom('*', '**/', '[]]'), text).map(([more, one]) => `${more}${one}`),
      fc.constantFrom('*', 'a/b*', 'k*', '*sh', '[[]*env', 'i̇ll*'),
    );
    const list = (of: fc.Arbitrary<string>) => fc.array(of, { minLength: 1, maxLength: 3 });
    const shape = fc.constantFrom(
      'git',
      'git push',
      'g* ...',
      'rm|cmd -r',
      'gfind',
      '/usr/bin/git',
      '* sudo',
    );
    const fields = fc.record({
      command_matches: list(glob),
      command_contains: list(text),
      command_not_matches: list(glob),
      command_env_assignments: list(fc.constantFrom('A', 'L*')),
      command_env_removals: list(fc.constantFrom('LD_X', 'L*')),
      runs: list(shape),
      mentions: list(text),
      deletes: list(fc.constantFrom('outside_workspace', 'unknown', 'inside_workspace')),
      reads: list(fc.constantFrom('~/x', '**/.env', '**/*', '/home/**')),
      writes: list(fc.constantFrom('~/x', '**/ls', '**/*b*')),
      sends: list(fc.constantFrom('**/.env', '**')),
      runs_code_from: list(fc.constantFrom('network', 'decoder')),
      operation: list(fc.constantFrom('delete', 'empty')),
      session_matches: list(fc.constantFrom('session*', 'other')),
      default: fc.boolean(),
    });
    // With more, next to nothing would match.
    const when = fc.tuple(fields, fc.nat(), fc.nat()).map(([all, ...picks]) => {
      const entries: [string, unknown][] = Object.entries(all);
      return Object.fromEntries<unknown>(
        entries.filter((_entry, index) => picks.some((pick) => pick % entries.length === index)),
      );
    });
    const rule = fc.record({ action: fc.constantFrom('allow', 'watch', 'ask', 'deny'), when });
    const policies = fc
      .array(fc.array(rule, { maxLength: 6 }), { minLength: 1, maxLength: 4 })
      .map((lists) => lists.map((rules, index) => ({ name: `p${index}`, rules })));
    const request = fc.oneof(
      text.map((command) => imagineRequest({ command })),
      fc.array(word, { minLength: 1, maxLength: 5 }).map(requestOf),
      text.map((command) => imagineRequest({ tool: 'fetch', command })),
    );
    fc.assert(
      fc.property(policies, fc.array(request, { minLength: 1, maxLength: 12 }), (rules, requests) => {
        const set = setOf(JSON.stringify({ default_action: 'allow', policies: rules }));
        for (const each of requests) assertSame(set, each);
      }),
      { numRuns: 600 },
    );
  });
});
