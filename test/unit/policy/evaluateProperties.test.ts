import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PolicySource } from '../../../src/policy/policySet.ts';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';
import '../../support/propertySeed.ts';

const reader = await openShellReader();
const world = imagineWorld(reader);
/** With the bounds on time in force. */
const clocked = imagineWorld(reader, { elapsed: () => performance.now() });
const builtin: PolicySource = {
  file: 'default.yaml',
  text: readFileSync('policies/default.yaml', 'utf8'),
  origin: 'builtin',
};
const { set } = parsePolicySet([builtin]);

const decide = (command: string): string => evaluate(set, imagineRequest({ command }), world).action;

const quote = (words: readonly string[]): string =>
  words.map((word) => (/[^\w./:=-]/.test(word) ? `'${word}'` : word)).join(' ');

/** Pieces of shell text, put together without care. */
const shellText = fc
  .array(
    fc.constantFrom(
      'rm',
      '-rf',
      '../x',
      'sudo',
      'sh -c',
      'eval',
      '"',
      "'",
      '\\',
      '$(',
      '`',
      ')',
      '(',
      '{',
      '}',
      '${',
      '|',
      '||',
      '&&',
      ';',
      '&',
      '\n',
      ' ',
      '<<EOF',
      'EOF',
      '<<<',
      '>',
      '<(',
      '[[',
      ']]',
      'if',
      'then',
      'fi',
      'for x in',
      'do',
      'done',
      'case',
      'esac',
      '$x',
      '~',
      '{a,b}',
      '#',
      '\0',
      '\u{1f600}',
      'base64 -d',
      'curl',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(' '));

const actions = new Set(['allow', 'deny', 'ask', 'watch', 'webhook']);

describe('evaluation', () => {
  it('has an answer that is no defect for every shell text', () => {
    fc.assert(
      fc.property(fc.oneof(shellText, fc.string({ unit: 'binary' })), (command) => {
        const decision = evaluate(set, imagineRequest({ command }), clocked);
        assert.ok(actions.has(decision.action));
        assert.doesNotMatch(decision.message, /could not be evaluated/);
      }),
      { numRuns: 500 },
    );
  });

  it('has an answer that is no defect for every argument vector', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'rm',
        'sh',
        '-c',
        'env',
        '-S',
        'find',
        '-exec',
        ';',
        'xargs',
        'docker',
        'exec',
        '{}',
        '--',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.option(fc.string()), (argv, exe) => {
        const decision = evaluate(set, imagineRequest({ argv, exe, command: argv.join(' ') }), world);
        assert.doesNotMatch(decision.message, /could not be evaluated/);
      }),
      { numRuns: 500 },
    );
  });

  it('never lets a command go because it names a stage, a machine or a cluster that its program does not read', () => {
    const stopped = [
      ['dropdb', 'shop'],
      ['psql', '-c', 'DROP DATABASE shop'],
      ['kubectl', 'delete', 'ns', 'x'],
      ['terraform', 'destroy'],
      ['aws', 'rds', 'delete-db-instance', '--db-instance-identifier', 'x'],
      ['gcloud', 'sql', 'instances', 'delete', 'x'],
      ['rails', 'db:drop'],
      ['php', 'artisan', 'migrate:fresh'],
      ['python', 'manage.py', 'flush'],
      ['mix', 'ecto.reset'],
      ['redis-cli', 'flushall'],
      ['mongosh', 'shop', '--eval', 'db.dropDatabase()'],
      ['helm', 'uninstall', 'x'],
      ['curl', '-X', 'DELETE', 'https://example.com/x'],
      ['heroku', 'pg:reset'],
    ];
    /** What is read, and by whom. */
    const settings = [
      ['ENV=test', ''],
      ['STAGE=dev', ''],
      ['RAILS_ENV=test', 'rails'],
      ['NODE_ENV=test', ''],
      ['APP_ENV=testing', 'php'],
      ['MIX_ENV=test', 'mix'],
      ['DJANGO_SETTINGS_MODULE=x.test', 'python'],
      ['PGHOST=localhost', 'dropdb psql'],
      ['AWS_ENDPOINT_URL=http://localhost:1', 'aws'],
      ['DATABASE_URL=postgres://localhost/x', 'rails php python mix'],
    ] as const;
    const options = [
      ['--environment=dev', ''],
      ['--stage dev', ''],
      ['--target dev', ''],
      ['--env testing', 'php'],
      ['--context minikube', 'kubectl helm'],
      ['--host localhost', 'dropdb psql mongosh'],
      ['--endpoint-url http://localhost:1', 'aws'],
      ['--settings x.test', 'python'],
      ['localhost', ''],
    ] as const;
    for (const words of stopped) {
      const command = quote(words);
      const isStopped = (text: string): boolean => ['deny', 'ask'].includes(decide(text));
      assert.ok(isStopped(command), command);
      for (const [text, programs] of settings)
        if (!programs.split(' ').includes(words[0] ?? ''))
          assert.ok(isStopped(`${text} ${command}`), `${text} ${command}`);
      for (const [text, programs] of options)
        if (!programs.split(' ').includes(words[0] ?? ''))
          assert.ok(isStopped(`${command} ${text}`), `${command} ${text}`);
    }
  });
});

describe('a function that starts itself twice', () => {
  it('is the fork bomb, whatever it is called', () => {
    for (const bomb of ['bomb() { bomb | bomb & }; bomb', 'ls; f() { f & f; }; f', ':() { : | : & } ; :'])
      assert.equal(decide(bomb), 'deny', bomb);
    for (const text of ['x() { make | tee log & }; x', 'again() { sleep 1; again & }; again'])
      assert.equal(decide(text), 'allow', text);
  });
});

describe('shell text beyond the bounds', () => {
  it('is judged when it is nested deeper than any stack', () => {
    assert.equal(decide('$('.repeat(6000)), 'deny');
    assert.equal(decide(`${'$('.repeat(60)}rm -rf ../x${')'.repeat(60)}`), 'deny');
    assert.equal(decide(`${'$('.repeat(60)}ls${')'.repeat(60)}`), 'allow');
    assert.equal(decide(`${'('.repeat(3000)}ls${')'.repeat(3000)}`), 'allow');
    assert.equal(decide('"$('.repeat(3000)), 'deny');
  });

  it('is judged when the grammar has no time for it', () => {
    let now = 0;
    const hurried = imagineWorld(reader, { elapsed: () => (now += 30) });
    const judge = (command: string): string => evaluate(set, imagineRequest({ command }), hurried).action;
    assert.equal(judge('cd .. && rm -rf precious'), 'deny');
    assert.equal(judge('ls && make'), 'allow');
  });

  it('is judged in full when it is long', () => {
    const filler = 'echo "some text"\n'.repeat(4_500);
    assert.equal(decide(`${filler}ls`), 'allow');
    assert.equal(decide(`${filler}rm -rf ../precious`), 'deny');
    assert.equal(decide(`echo ${'x'.repeat(1_048_576)}; rm -rf ../precious`), 'deny');
  });

  it('is refused when it is made of more commands than are read', () => {
    assert.equal(decide('a;'.repeat(20_000)), 'deny');
    assert.equal(decide(`${'sudo '.repeat(100)}ls`), 'deny');
    assert.equal(decide('>f '.repeat(2_000)), 'deny');
    assert.equal(decide(`${'A=b '.repeat(2_000)}ls`), 'deny');
    assert.equal(decide(`echo ${'a '.repeat(50_000)}`), 'deny');
  });

  it('is refused when judging it would outlast the patience of the asker', () => {
    let now = 0;
    const slow = imagineWorld(reader, { elapsed: () => (now += 1_100) });
    const decision = evaluate(set, imagineRequest({ argv: ['ls'], exe: '/bin/ls', command: 'ls' }), slow);
    assert.deepEqual([decision.action, decision.rule], ['deny', null]);
    assert.match(decision.message, /too long to be judged/);
  });

  it('takes time proportional to its length, whatever it is made of', () => {
    const parts = [
      'cd a;',
      'a=b;',
      'x|',
      '`a ',
      '"$(',
      '{a,b}',
      'eval ',
      'cat <<A\n',
      'find . -exec ',
      'rm *',
      "'",
      '(a=b);',
      'rm $x;',
      'eval $x;',
      'env | grep token;',
    ];
    /** With a name of its own each time. */
    const numbered = [' a', '(a=b);', 'a=b;', ' a=b'].map(
      (part) => (index: number) => part.replace('a', `a${index}`),
    );
    // A quadratic reading takes minutes. It is CPU time, so that a busy machine makes no difference.
    const isQuick = (request: ExecRequest): boolean => {
      const before = process.cpuUsage();
      evaluate(set, request, clocked);
      const { user, system } = process.cpuUsage(before);
      return user + system < 5_000_000;
    };
    for (const part of parts)
      assert.ok(isQuick(imagineRequest({ command: part.repeat(20_000 / part.length) })), part);
    for (const partAt of numbered)
      for (const start of ['read', 'export', 'a=b;']) {
        const command = start + Array.from({ length: 20_000 }, (_, index) => partAt(index)).join('');
        assert.ok(isQuick(imagineRequest({ command })), `${start}${partAt(0)}`);
      }
    assert.ok(
      isQuick(imagineRequest({ argv: ['find', ...Array<string>(20_000).fill('-exec')], command: '' })),
    );
  });

  it('is judged by its lines where the grammar takes two for one command', () => {
    assert.equal(decide('echo cHdk | base64 -d | sh\nls && ls'), 'deny');
    assert.equal(decide('echo a | cat | tee x\nrm -rf ../precious && ls'), 'deny');
    assert.equal(decide('echo a | cat | tee x\nls && ls'), 'allow');
    assert.equal(decide('ls \\\n  -la \\\n  && make'), 'allow');
    assert.equal(decide('! for d in a b; do rm -rf ../$d; done'), 'deny');
    assert.equal(decide('! for d in a b; do ls $d; done'), 'allow');
    assert.equal(decide('! { rm -rf ../precious; }'), 'deny');
  });

  it('is judged when it is no shell text at all', () => {
    assert.equal(decide('rm -rf ../precious "'), 'deny');
    assert.equal(decide("ls '"), 'allow');
    assert.equal(decide(')) ;; rm -rf ../precious'), 'deny');
    // A shell runs the lines before the one that it cannot read.
    assert.equal(decide('f() { rm -rf "$1"; }; f ../precious\necho \''), 'deny');
    assert.equal(decide('f() { rm -rf "$1"; }; f build\necho \''), 'allow');
  });
});

describe('a command with very many words', () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `a/n${index}`);
  /** What is decided with many names on both sides of the last words, and without them. */
  const judge = (start: readonly string[], end: readonly string[], more = names): readonly string[] =>
    [
      [...start, ...more, ...end, ...more.slice(0, 50)],
      [...start, ...more.slice(0, 5), ...end],
    ].map((argv) => {
      const [exe = ''] = argv;
      return evaluate(set, imagineRequest({ argv, exe, command: argv.join(' ') }), world).action;
    });

  it('is judged as one with few', () => {
    assert.deepEqual(judge(['rm', '-rf'], []), ['allow', 'allow']);
    assert.deepEqual(judge(['rm', '-rf'], ['../precious']), ['deny', 'deny']);
    assert.deepEqual(judge(['rm', '-rf'], ['/home/ada/elsewhere']), ['deny', 'deny']);
    assert.deepEqual(judge(['rm'], ['-rf', '.git']), ['ask', 'ask']);
    assert.deepEqual(judge(['git', 'add'], []), ['allow', 'allow']);
    assert.deepEqual(judge(['cat'], ['/home/ada/.ssh/id_rsa']), ['deny', 'deny']);
    assert.deepEqual(judge(['cat'], ['keys/server.pem']), judge(['cat'], ['keys/server.pem'], []));
  });

  it('is judged by each of its directories', () => {
    const paths = Array.from({ length: 20_000 }, (_, index) => `/tmp/d${index % 100}/n${index}`);
    assert.deepEqual(judge(['rm', '-rf'], [], paths), ['allow', 'allow']);
    assert.deepEqual(judge(['rm', '-rf'], ['/srv/data/x'], paths), ['deny', 'deny']);
  });

  it('is judged by what its options name, however many there are', () => {
    const options = Array.from({ length: 4_000 }, (_, index) => (index % 2 === 0 ? '-c' : `a.b=n${index}`));
    assert.deepEqual(judge(['git', ...options, 'push', '--force', 'origin', 'main'], [], []), [
      ...judge(['git', 'push', '--force', 'origin', 'main'], [], []),
    ]);
  });

  it('is refused when too many of them differ in more than their names, or it is too long', () => {
    const judgeWords = (argv: readonly string[]): string => {
      const decision = evaluate(set, imagineRequest({ argv, exe: '/bin/x', command: 'x' }), world);
      return `${decision.action} ${decision.message}`;
    };
    assert.match(judgeWords(Array<string>(10_000).fill('-x')), /^deny .*too long/);
    assert.match(judgeWords(['echo', 'x'.repeat(1_048_577)]), /^deny .*too long/);
    assert.match(judgeWords(Array<string>(600_000).fill('a')), /^deny .*too long/);
  });

  it('is judged by each place and each name that find is told, not by every two of them', () => {
    const places = Array.from({ length: 3_000 }, (_, index) => `n${index}`);
    const sought = places.slice(0, 2_000).flatMap((name) => ['-name', name]);
    const find = (more: readonly string[]): string => {
      const argv = ['find', ...places, ...sought, ...more];
      return evaluate(set, imagineRequest({ argv, exe: 'find', command: argv.join(' ') }), world).action;
    };
    const reading = ['-exec', 'cat', '{}', '+'];
    assert.deepEqual([find(reading), find(['-name', 'id_rsa', ...reading])], ['allow', 'ask']);
  });

  it('is granted nothing', () => {
    const text = `version: "1"
default_action: deny
policies:
  - name: adding
    rules: [{ action: allow, when: { command_matches: ['git add *'] } }]
`;
    const { set: adding } = parsePolicySet([{ file: 'a.yaml', text, origin: 'user' }]);
    const judgeAdding = (count: number, ...start: readonly string[]): string => {
      const argv = [...start, 'git', 'add', ...names.slice(0, count)];
      const request = imagineRequest({ argv, exe: argv[0] ?? '', command: argv.join(' ') });
      return evaluate(adding, request, world).action;
    };
    assert.deepEqual([judgeAdding(8_000), judgeAdding(9_000)], ['allow', 'deny']);
    assert.deepEqual([judgeAdding(8_000, 'nohup'), judgeAdding(9_000, 'nohup')], ['allow', 'deny']);
  });
});
