import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { conditionOf } from '../../../src/endpoint/verdictCondition.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import type { VerdictCondition, VerdictQuestion } from '../../../src/system/stateTables.ts';
import { imagineRequest, imagineWorld, openShellReader } from '../policy/policyWorld.ts';
import '../../support/propertySeed.ts';

const reader = await openShellReader();
const { set } = parsePolicySet([
  { file: 'default.yaml', text: readFileSync('policies/default.yaml', 'utf8'), origin: 'builtin' },
]);

const cwd = '/home/ada/project/build';
const directories = ['/home/ada', '/tmp', '/var/tmp', '/dev/shm'];
const requestOf = (argv: readonly string[]): ExecRequest =>
  imagineRequest({ argv, exe: `/usr/bin/${argv[0]}`, command: argv.join(' '), cwd });
const questionOf = (argv: readonly string[]): VerdictQuestion => ({
  door: 'execve',
  exe: '/usr/bin/x',
  cwd,
  argv,
});

type Links = Readonly<Record<string, string>>;

function conditionIn(argv: readonly string[], links: Links = {}): VerdictCondition | null {
  const decision = evaluate(set, requestOf(argv), imagineWorld(reader, { links }));
  return conditionOf(questionOf(argv), decision, directories);
}

/** What the library sees: whether a link is on the way of any argument. */
function meetsLink(argv: readonly string[], links: Links): boolean {
  return argv.slice(1).some((word) => {
    const parts = (word.startsWith('/') ? word : `${cwd}/${word}`)
      .split('/')
      .filter((part) => !['', '.'].includes(part));
    return parts.some((_, index) => `/${parts.slice(0, index + 1).join('/')}` in links);
  });
}

const names = [
  'a.o',
  'core',
  'x/y.c',
  './x',
  'x//y',
  '/tmp/ccX.s',
  '/home/ada/notes',
  '-f',
  '-rf',
  '-',
  '-o',
  '--',
  's/a/b/',
  '',
];
const risky = [
  ...names,
  '..',
  '../x',
  'x/..',
  '~',
  '/',
  '/etc/passwd',
  '/home/ada/.ssh/id_rsa',
  '-exec',
  '$HOME',
  '*',
  '.env',
];
const programs =
  'rm cat mv cp ln sed grep head tee touch rmdir find tar chmod git dd install rsync scp curl perl bash env'.split(
    ' ',
  );
const read = (name: string): unknown => parse(readFileSync(`test/bench/corpora/${name}.yaml`, 'utf8'));
const calls = read('everydayCalls') as string[][];
const texts = ['everyday', 'dangerous'].flatMap((name) =>
  Object.values(read(name) as Record<string, readonly string[]>).flat(),
);
const argvs = fc.oneof(
  fc.constantFrom(...calls),
  fc.constantFrom(...texts).map((text) => ['sh', '-c', text]),
  fc
    .tuple(fc.constantFrom(...programs), fc.array(fc.constantFrom(...names), { maxLength: 4 }))
    .map(([program, words]) => [program, ...words]),
  fc
    .tuple(fc.constantFrom(...programs), fc.array(fc.constantFrom(...risky), { maxLength: 4 }))
    .map(([program, words]) => [program, ...words]),
);
/** Links in places that an agent can write. */
const linkMaps = fc.dictionary(
  fc.constantFrom(
    `${cwd}/a.o`,
    `${cwd}/core`,
    `${cwd}/x`,
    `${cwd}/x/a.o`,
    `${cwd}/x/y.c`,
    `${cwd}/x/y`,
    '/tmp/ccX.s',
    '/home/ada/notes',
    '/home/ada/.ssh',
  ),
  fc.constantFrom(
    '/home/ada/.ssh/id_rsa',
    '/home/ada/.ssh',
    '/etc/shadow',
    '/',
    '/home/ada',
    '/dev/sda',
    '/home/ada/project/.git',
  ),
);

describe('a verdict on condition', () => {
  it('never differs from what the policy says where its condition holds', () => {
    let compared = 0;
    fc.assert(
      fc.property(argvs, linkMaps, linkMaps, (argv, before, after) => {
        if (conditionIn(argv, before) !== 'unlinked' || meetsLink(argv, after)) return;
        compared += 1;
        const decision = evaluate(set, requestOf(argv), imagineWorld(reader, { links: after }));
        assert.equal(decision.action, 'allow', `${argv.join(' ')} with ${JSON.stringify(after)}`);
      }),
      { numRuns: 1_000 },
    );
    assert.ok(compared > 60, `only ${compared} were compared`);
  });

  it('is what commands of builds get that name files', () => {
    const words = [
      ['rm', '-f', 'core', 'conftest.err', 'conftest.o'],
      ['rm', '-rf', 'conftest.dSYM', './x'],
      ['cat', 'confdefs.h', '-'],
      ['sed', '-n', 'p', 'config.log'],
      ['rm', '-f', '/tmp/ccX.s'],
      ['bash', '-c', 'rm -f conftest.o'],
      ['mv', '-f', 'conftest.er1', 'conftest.err'],
      ['mv', 'a.o', './x', '/home/ada/project/lib/'],
    ];
    for (const argv of words) assert.equal(conditionIn(argv), 'unlinked', argv.join(' '));
    assert.equal(conditionIn(['uname', '-a']), 'none');
  });

  it('is none where a link was met, or may be met that nobody looks for', () => {
    const words = [
      ['rm', '-f', '../x.o'],
      ['cat', 'a/../b'],
      ['sh', '-c', 'cat notes'],
      ['cat', ...Array.from({ length: 65 }, (_, index) => `f${index}`)],
      ['rm', '-rf', '/etc'],
    ];
    for (const argv of words) assert.equal(conditionIn(argv), null, argv.join(' '));
    assert.equal(conditionIn(['cat', 'notes'], { [`${cwd}/notes`]: '/home/ada/project/other' }), null);
  });
});
