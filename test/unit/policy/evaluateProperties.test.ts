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
    const filler = 'echo "some text"\n'.repeat(8000);
    assert.equal(decide(`${filler}ls`), 'allow');
    assert.equal(decide(`${filler}rm -rf ../precious`), 'deny');
    assert.equal(decide(`echo ${'x'.repeat(1_048_576)}; rm -rf ../precious`), 'deny');
  });

  it('is refused when it is made of more commands than are read', () => {
    assert.equal(decide('a;'.repeat(20_000)), 'deny');
    assert.equal(decide(`${'sudo '.repeat(100)}ls`), 'deny');
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
    ];
    // A quadratic reading takes minutes. It is CPU time, so that a busy machine makes no difference.
    const isQuick = (request: ExecRequest): boolean => {
      const before = process.cpuUsage();
      evaluate(set, request, clocked);
      const { user, system } = process.cpuUsage(before);
      return user + system < 5_000_000;
    };
    for (const part of parts)
      assert.ok(isQuick(imagineRequest({ command: part.repeat(20_000 / part.length) })), part);
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
