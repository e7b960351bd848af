import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { evaluate } from '../../../src/policy/evaluate.ts';
import type { EvaluationWorld } from '../../../src/policy/evaluationWorld.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PolicyOrigin, PolicySet } from '../../../src/policy/policySet.ts';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';
import '../../support/propertySeed.ts';

const reader = await openShellReader();
const world = imagineWorld(reader);
const builtin = {
  file: 'default.yaml',
  text: readFileSync('policies/default.yaml', 'utf8'),
  origin: 'builtin',
} as const;

/** One rule, or several, beside nothing else. */
function setWith(text: string, origin: PolicyOrigin = 'user'): PolicySet {
  const free = { file: 'free.yaml', text: 'default_action: allow', origin: 'builtin' } as const;
  const { set, problems } = parsePolicySet([free, { file: 'more.yaml', text, origin }]);
  assert.deepEqual(problems, []);
  return set;
}

const plain = parsePolicySet([builtin]).set;
/** With rules that depend on what a cache cannot know. */
const dependent = parsePolicySet([
  builtin,
  {
    file: 'more.yaml',
    origin: 'user',
    text: `
policies:
  - name: by-rule
    rules:
      - { action: deny, when: { command_matches: ['git *'], session_matches: ['other*'] } }
      - { action: deny, when: { command_matches: ['make*'], call_count: { gte: 3, window: 1h } } }
      - { action: deny, when: { command_matches: ['npm *'] }, expires_at: '2026-01-01T00:00:00Z' }
      - { action: allow, when: { command_matches: ['cargo *'] }, once: true }
`,
  },
]).set;

const argv = (...words: readonly string[]): ExecRequest =>
  imagineRequest({ argv: words, exe: words[0] ?? null, command: words.join(' ') });
const isCacheable = (set: PolicySet, request: ExecRequest, in_: EvaluationWorld = world): boolean =>
  evaluate(set, request, in_).cacheable === true;

const texts = Object.values(
  parse(readFileSync('test/bench/corpora/everyday.yaml', 'utf8')) as Record<string, readonly string[]>,
).flat();
const calls = parse(readFileSync('test/bench/corpora/everydayCalls.yaml', 'utf8')) as string[][];

/** Everything that a cached answer cannot know, otherwise. */
const elsewhere = fc.record({
  request: fc.record({
    agent: fc.constantFrom('agent', 'other', 'agent-2'),
    session: fc.constantFrom('session-1', 'other-1'),
    path: fc.constantFrom(null, '/home/ada/.ssh/id_rsa'),
    door: fc.constantFrom(null, 'execve', 'posix_spawn'),
    markers: fc.constantFrom([], ['CLAUDECODE']),
    pid: fc.nat(),
    guardable: fc.boolean(),
    enforce: fc.boolean(),
    depth: fc.nat(3),
  }),
  world: fc.record({
    home: fc.constantFrom(null, '/', '/home/ada/project', '/home/eve'),
    workspace: fc.constantFrom(null, '/', '/home/ada', '/home/ada/project/build'),
    temporary: fc.constantFrom([], ['/home/ada/project'], ['/']),
    target: fc.constantFrom('', '/home/ada/.ssh/id_rsa', '/home/ada/.bashrc', '/dev/sda', '/'),
    now: fc.constantFrom(0, Date.UTC(2025, 0), Date.UTC(2030, 0)),
    count: fc.nat(9),
  }),
});

describe('a cacheable decision', () => {
  it('stays what it is whoever asks, whenever, and whatever the machine looks like', () => {
    const request = fc.oneof(
      fc.constantFrom(...texts).map((command) => imagineRequest({ command })),
      fc.constantFrom(...texts).map((command) => argv('/bin/sh', '-c', command)),
      fc.constantFrom(...calls).map((words) => argv(...words)),
    );
    fc.assert(
      fc.property(request, fc.constantFrom(plain, dependent), elsewhere, (asked, set, other) => {
        const decision = evaluate(set, asked, world);
        if (decision.cacheable !== true) return;
        const { target, now, count, ...machine } = other.world;
        const changed: EvaluationWorld = {
          ...imagineWorld(reader, { ...machine, now: () => now }),
          realpath: (path) => (target === '' ? path : target),
          countCalls: () => count,
        };
        assert.deepEqual(evaluate(set, { ...asked, ...other.request }, changed), decision, asked.command);
      }),
      { numRuns: 500 },
    );
  });

  it('is what programs of builds get', () => {
    const programs = [
      ['/usr/lib/gcc/x86_64-linux-gnu/12/cc1', '-quiet', 'x.c', '-o', '/tmp/ccX.s'],
      ['as', '--64', '-o', 'x.o', '/tmp/ccX.s'],
      ['/usr/bin/ld', '-o', 'x', 'x.o', '-lc'],
      ['gcc', '-c', 'x.c', '-o', 'x.o'],
      ['sed', '-e', 's/a/b/'],
      ['grep', '-q', 'word'],
      ['expr', 'a', ':', 'b'],
      ['test', '-f', 'x'],
      ['mkdir', '-p', 'build/a'],
      ['git', 'status', '--porcelain'],
      ['node', 'script.js'],
      ['python3', 'tools/generate.py', '--all'],
      ['printf', '%s', 'x'],
      ['sh', '-c', 'gcc -c x.c 2>/dev/null && echo done'],
    ];
    for (const words of programs) assert.ok(isCacheable(plain, argv(...words)), words.join(' '));
  });

  it('is never one for which a file, the workspace or the home directory was looked at', () => {
    const looking = [
      ['cat', 'notes.txt'],
      ['rm', '-f', 'x.o'],
      ['cp', 'a', 'b'],
      ['sh', '-c', 'echo $HOME'],
      ['sh', '-c', 'ls ~/x'],
      ['sh', '-c', 'echo x > out'],
      ['perl', '-pe', 's/a/b/', 'x'],
    ];
    for (const words of looking) assert.ok(!isCacheable(plain, argv(...words)), words.join(' '));
  });

  it('is never one that a rule about an agent, a session, a time or a count had a say in', () => {
    for (const scope of ['agent', 'session'])
      assert.ok(
        !isCacheable(
          setWith(`policies: [{name: more, match: {${scope}: 'x*'}, rules: [{action: deny}]}]`),
          argv('ls'),
        ),
        scope,
      );
    const rules = (rule: string): PolicySet => setWith(`policies: [{name: more, rules: [${rule}]}]`);
    const git = argv('git', 'status');
    const cases = [
      "{action: deny, when: {command_matches: ['git *'], session_matches: ['other']}}",
      "{action: deny, when: {command_matches: ['git *'], call_count: {gte: 3, window: 1h}}}",
      "{action: deny, when: {command_matches: ['git *'], agent_depth: {gte: 1}}}",
      "{action: deny, when: {command_matches: ['git *']}, expires_at: '1969-01-01T00:00:00Z'}",
      "{action: allow, when: {command_matches: ['git *']}, once: true}",
    ];
    for (const rule of cases) {
      assert.equal(evaluate(rules(rule), git, world).action, 'allow', rule);
      assert.ok(!isCacheable(rules(rule), git), rule);
      assert.ok(isCacheable(rules(rule), argv('ls')), rule);
    }
  });

  it('is no denial, no watch, no request of another tool and none that was cut', () => {
    assert.ok(!isCacheable(plain, argv('git', 'push', '--force')));
    const watching = setWith("policies: [{name: more, rules: [{action: watch, when: {runs: ['git']}}]}]");
    assert.ok(!isCacheable(watching, argv('git', 'status')));
    assert.ok(!isCacheable(plain, imagineRequest({ tool: 'fetch', command: 'ls' })));
    assert.ok(!isCacheable(plain, { ...argv('ls'), truncated: true }));
  });

  it('is none where a project has a policy of its own', () => {
    const text = 'policies: [{name: ours, rules: [{action: deny, when: {runs: [git push]}}]}]';
    assert.ok(!isCacheable(setWith(text, 'project'), argv('ls')));
  });
});
