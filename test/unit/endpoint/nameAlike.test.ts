import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nameAlike } from '../../../src/endpoint/nameAlike.ts';
import { conditionOf } from '../../../src/endpoint/verdictCondition.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PolicySet } from '../../../src/policy/policySet.ts';
import { formatCommandText } from '../../../src/protocol/commandText.ts';
import type { Decision } from '../../../src/protocol/decision.ts';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import { hashVerdict } from '../../../src/system/stateTables.ts';
import type { VerdictCondition } from '../../../src/system/stateTables.ts';
import { imagineRequest, imagineWorld, openShellReader } from '../policy/policyWorld.ts';
import '../../support/propertySeed.ts';

const reader = await openShellReader();
const builtin = {
  file: 'default.yaml',
  text: readFileSync('policies/default.yaml', 'utf8'),
  origin: 'builtin',
} as const;
const { set: standard } = parsePolicySet([builtin]);
const cwd = '/home/ada/project';
const directories = ['/home/ada', '/tmp'];

type Links = Readonly<Record<string, string>>;

function ask(argv: readonly string[], exe = `/usr/bin/${String(argv[0])}`): ExecRequest {
  const command = formatCommandText({ door: 'execve', path: String(argv[0]), argv });
  return imagineRequest({ argv, exe, command, cwd, door: 'execve' });
}

interface Judged {
  readonly decision: Decision;
  /** The hash under which it is put into the table, and on what condition; null when it is not. */
  readonly verdict: { readonly hash: bigint | null; readonly condition: VerdictCondition } | null;
}

/** As the endpoint does it. */
function judge(set: PolicySet, request: ExecRequest, links: Links = {}): Judged {
  const named = nameAlike(request, set, imagineWorld(reader, { links }));
  const decision = evaluate(set, named.request, named.world);
  const { argv, exe } = named.request;
  const question = { door: 'execve', exe: exe ?? '', cwd, argv: argv ?? [] };
  const condition = named.isForAll ? conditionOf(question, decision, directories) : null;
  const verdict = condition === null ? null : { hash: hashOf(request, condition), condition };
  return { decision, verdict };
}

/** As the library does it. */
function hashOf({ argv, exe }: ExecRequest, condition: VerdictCondition): bigint | null {
  return hashVerdict(
    new Uint8Array(16),
    { door: 'execve', exe: exe ?? '', cwd, argv: argv ?? [] },
    condition,
  );
}

/** A command whose words are null where files stand, in these places and under these names. */
interface Template {
  readonly program: string;
  readonly words: readonly (string | null)[];
  readonly places: readonly string[];
}

function fillTwice(template: Template, ...names: readonly (readonly string[])[]): readonly ExecRequest[] {
  const { program, words, places } = template;
  return names.map((files) =>
    ask([program, ...words.map((word, at) => word ?? `${String(places[at])}${String(files[at])}`)]),
  );
}

/** What the library sees: whether a link is on the way of any argument. */
function meetsLink({ argv }: ExecRequest, links: Links): boolean {
  return (argv ?? []).slice(1).some((word) => {
    const parts = (word.startsWith('/') ? word : `${cwd}/${word}`).split('/').filter((part) => part !== '');
    return parts.some((_, index) => `/${parts.slice(0, index + 1).join('/')}` in links);
  });
}

const compilation = (name: string): readonly string[] => ['as', '--64', '-o', 'main.o', `/tmp/${name}.s`];

describe('the files that a compiler needs for a moment', () => {
  it('have one verdict together', () => {
    const { verdict } = judge(standard, ask(compilation('ccAbc123')));
    assert.notEqual(verdict, null);
    const again = ask(compilation('ccZ9y8x7'));
    assert.equal(hashOf(again, verdict?.condition ?? 'none'), verdict?.hash);
    const linking = [
      '/usr/bin/ld',
      '-plugin-opt=-fresolution=/tmp/cc012345.res',
      '-o',
      'a.out',
      '/tmp/ccabcdef.o',
    ];
    assert.notEqual(judge(standard, ask(linking, '/usr/bin/ld')).verdict, null);
  });

  const without: Readonly<Record<string, readonly string[]>> = {
    'what is no program of a compiler': ['rm', '/tmp/ccAbc123.s'],
    'a file elsewhere': ['as', '-o', 'main.o', '/home/ada/ccAbc123.s'],
    'a file whose path goes up': ['as', '/tmp/../home/ccAbc123.s'],
    'a file of the directory': ['as', './ccAbc123.s'],
    'a folder with such a name': ['as', '/tmp/ccAbc123.d/ccAbc123.s'],
    'another word with the common name': ['as', '-I/tmp/ccXXXXXX.d/x', '/tmp/ccAbc123.s'],
  };
  for (const [what, argv] of Object.entries(without)) {
    it(`have none for ${what}`, () => {
      const request = ask(argv);
      assert.equal(judge(standard, request).verdict, null);
      assert.equal(nameAlike(request, standard, imagineWorld(reader)).request, request, 'judged as it is');
    });
  }

  it('keep their names where a rule speaks of them', () => {
    const text = 'policies: [{name: own, rules: [{action: deny, when: {command_contains: [/tmp/ccAbc1]}}]}]';
    const { set } = parsePolicySet([builtin, { file: 'own.yaml', text, origin: 'user' }]);
    assert.equal(judge(set, ask(compilation('ccAbc123'))).decision.action, 'deny');
    const other = judge(set, ask(compilation('ccZ9y8x7')));
    assert.deepEqual([other.decision.action, other.verdict], ['allow', null]);
  });

  it('are followed where one of them is a link, whichever it is', () => {
    const request = ask(['ld', '/tmp/ccAbc123.o', '/tmp/ccZ9y8x7.o']);
    for (const name of ['ccAbc123.o', 'ccZ9y8x7.o']) {
      const links = { [`/tmp/${name}`]: '/home/ada/notes' };
      const { world } = nameAlike(request, standard, imagineWorld(reader, { links }));
      assert.equal(world.realpath('/tmp/ccXXXXXX.o'), '/home/ada/notes', name);
      assert.equal(world.realpath('/tmp/ccXXXXXX.s'), '/tmp/ccXXXXXX.s');
    }
  });

  it('never get another answer from the table than they get when it is asked', () => {
    const literal = fc.constantFrom('fork', 'cc', '/tmp', '.s', 'main', '-o', 'Abc', 'tmp/c', '.o', 'X');
    const wildcard = fc.array(fc.oneof(literal, fc.constantFrom('*', '?')), { minLength: 1, maxLength: 4 });
    const condition = fc.oneof(
      wildcard.map((parts) => ({ command_matches: [`*${parts.join('')}*`.replaceAll(/\*+/g, '*')] })),
      literal.map((part) => ({ command_contains: [part] })),
      wildcard.map((parts) => ({ reads: [`/${parts.join('')}`.replaceAll(/\*+/g, '*')] })),
      wildcard.map((parts) => ({ writes: [`/tmp/${parts.join('')}`.replaceAll(/\*+/g, '*')] })),
      literal.map((part) => ({ runs: [`as|ld ... *${part}*`] })),
    );
    const rules = fc.array(
      fc.record({ action: fc.constantFrom('deny', 'ask', 'allow', 'watch'), when: condition }),
      { minLength: 1, maxLength: 3 },
    );
    const unique = fc.constantFrom('Abc123', 'forkX1', 'XXXXXX', '000000', 'mainmn', 'ccccAb', 'zzzzzz');
    const extension = fc.constantFrom('.s', '.o', '.res', '.ltrans0.o');
    const file = fc.tuple(unique, extension).map(([six, end]) => `cc${six}${end}`);
    const folder = fc.constantFrom('/tmp/', '/tmp/build/', '-plugin-opt=-fresolution=/tmp/', '/srv/', '');
    const program = fc.constantFrom('as', 'ld', 'collect2', 'cc1', 'rm', 'cat');
    const word = fc.oneof(fc.constantFrom('-o', 'main.o', '-lc', 'fork.s'), fc.constant(null));
    const command = fc.record({
      program,
      words: fc.array(word, { maxLength: 4 }),
      places: fc.array(folder, { minLength: 4, maxLength: 4 }),
    });
    const names = fc.array(file, { minLength: 4, maxLength: 4 });
    const linkMap = fc.dictionary(
      fc.tuple(fc.constantFrom('/tmp/', '/tmp/build/'), file).map(([at, name]) => at + name),
      fc.constantFrom('/home/ada/.ssh/id_rsa', '/etc/shadow', '/tmp/main'),
      { maxKeys: 2 },
    );
    let compared = 0;
    fc.assert(
      fc.property(
        rules,
        fc.tuple(command, names, names),
        fc.tuple(linkMap, linkMap),
        (made, asked, links) => {
          const text = JSON.stringify({ default_action: 'allow', policies: [{ name: 'own', rules: made }] });
          const { set, problems } = parsePolicySet([{ file: 'own.yaml', text, origin: 'user' }]);
          assert.deepEqual(problems, []);
          const [first, again] = fillTwice(...asked);
          const [before, after] = links;
          assert.ok(first !== undefined && again !== undefined);
          const { verdict } = judge(set, first, before);
          if (verdict === null || hashOf(again, verdict.condition) !== verdict.hash) return;
          if (verdict.condition === 'unlinked' && meetsLink(again, after)) return;
          compared += 1;
          const { decision } = judge(set, again, after);
          assert.equal(decision.action, 'allow', `${again.command} by ${text}`);
        },
      ),
      { numRuns: 3_000 },
    );
    assert.ok(compared > 300, `only ${String(compared)} were compared`);
  });
});
