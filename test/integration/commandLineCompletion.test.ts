import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rampart } from '../support/rampart.ts';

/** Lines, with the tab key at their end, and what is then offered. */
const cases: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['rampart sta', ['status']],
  ['rampart preload --fail', ['--fail-closed', '--fail-open']],
  ['rampart mode ', ['disabled', 'enforce', 'monitor']],
  ['rampart mode --for 10m mo', ['monitor']],
  ['rampart serve --mode ', ['disabled', 'enforce', 'monitor']],
  ['rampart preload --agent x --mode e', ['enforce']],
  ['rampart log --state-dir pla', ['place/']],
  ['rampart completion z', ['zsh']],
  ['rampart preload -- cat unus', ['unusual.txt']],
  ['rampart preload cat unus', ['unusual.txt']],
];

/** What each shell runs to say what it offers for the line that is its argument, with the script in `$1`. */
const shells: readonly (readonly [shell: string, words: readonly string[], program: string])[] = [
  [
    'bash',
    ['--norc', '-c'],
    `source "$1"; line=$2; read -ra COMP_WORDS <<< "$line"; [[ $line == *' ' ]] && COMP_WORDS+=('')
     COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _rampart 2>/dev/null
     for word in "\${COMPREPLY[@]}"; do [[ -d $word ]] && word=$word/; echo "$word"; done`,
  ],
  ['fish', ['--no-config', '-c'], 'source $argv[1]; complete -C $argv[2] | string split -f1 \\t'],
  [
    'zsh',
    ['-f', '-c'],
    // The completion system's own parts stand in by what they would offer.
    `compdef() { }
     _offer() { for word in "$@"; do [[ $word == "\${words[CURRENT]}"* ]] && print -r -- "$word"; done }
     _describe() { _offer "\${(@)\${(P@)2}%%:*}" }
     compadd() { shift; _offer "$@" }
     _files() { print -rl -- "\${words[CURRENT]}"*(NM) }
     _normal() { _files }
     source "$1"; words=(\${=2}); [[ $2 == *' ' ]] && words+=('')
     CURRENT=\${#words}; _rampart`,
  ],
];

for (const [shell, words, program] of shells)
  test(`${shell} completes commands, options and their values`, async (context) => {
    const rampart = new Rampart(context);
    rampart.write('unusual.txt', '');
    await rampart.startProgram(['mkdir', 'place']).finished;
    const script = await rampart.run(['completion', shell]);
    assert.deepEqual([script.status, script.stderr], [0, '']);
    const file = rampart.write('completion', script.stdout);
    for (const [line, offered] of cases) {
      const argument = shell === 'fish' ? [program] : [program, shell];
      const { stdout, stderr } = await rampart.startProgram([shell, ...words, ...argument, file, line])
        .finished;
      const found = stdout.split('\n').filter(Boolean);
      assert.deepEqual([...new Set(found)].sort(), offered, `${line}: ${stderr}`);
    }
  });
