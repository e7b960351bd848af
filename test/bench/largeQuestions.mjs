// @ts-check
// Questions as large as the socket takes, one of each shape that could cost more than its length.

/** The largest body on the socket, in bytes. */
const maxBodyBytes = 8_388_608;

/** What one of the two texts of a question may have, so that both fit. */
const maxTextBytes = 1_000_000;

/** How much of the text of a shell Linux takes: the longest argument. */
const maxArgumentBytes = 131_071;

/** How many arguments it takes: each needs a pointer, too. */
const maxArguments = 209_000;

const common = {
  agent: 'preload',
  session: 'large',
  enforce: true,
  cwd: '/tmp/project',
  door: 'execve',
  markers: [],
  guardable: true,
  truncated: false,
};

/** @param {readonly string[]} argv @param {object} more */
function asked(argv, more = {}) {
  return { ...common, argv, exe: `/usr/bin/${argv[0] ?? ''}`, params: { command: argv.join(' ') }, ...more };
}

/** As many words as fit. @param {readonly string[]} start @param {(index: number) => string} wordAt */
function withWords(start, wordAt) {
  const argv = [...start];
  let left = maxTextBytes;
  for (let index = 0; ; index += 1) {
    const word = wordAt(index);
    left -= word.length + 1;
    if (left < 0 || index >= maxArguments) return asked(argv);
    argv.push(word);
  }
}

/** As many pieces as fit. @param {(index: number) => string} pieceAt @param {number} bytes */
function textOf(pieceAt, bytes) {
  const pieces = [];
  let length = 0;
  for (let index = 0; length < bytes; index += 1) {
    const piece = pieceAt(index);
    length += piece.length;
    pieces.push(piece);
  }
  return pieces.join('').slice(0, bytes);
}

/** Words behind a program. @type {Readonly<Record<string, readonly [readonly string[], (index: number) => string]>>} */
const words = {
  'echo, one letter': [['echo'], () => 'a'],
  'echo, numbers': [['echo'], (index) => `n${String(index)}`],
  'rm -rf, names': [['rm', '-rf'], (index) => `n${String(index)}`],
  'rm -rf, paths': [['rm', '-rf'], (index) => `src/a${String(index % 97)}/b${String(index)}`],
  'rm -rf, absolute paths': [['rm', '-rf'], (index) => `/tmp/a${String(index % 97)}/b${String(index)}`],
  'rm -rf, dots': [['rm', '-rf'], () => 'a/../b'],
  'rm, globs': [['rm'], (index) => `a${String(index)}*`],
  'cat, absolute globs': [['cat'], (index) => `/a${String(index)}*`],
  'cat, paths': [['cat'], (index) => `src/${String(index)}.ts`],
  'cp, paths': [['cp'], (index) => `src/${String(index)}.ts`],
  'git add': [['git', 'add'], (index) => `src/${String(index)}.ts`],
  'git options': [['git'], () => '-c'],
  'gcc objects': [['gcc', '-o', 'x'], (index) => `/tmp/cc${String(100_000 + index)}.o`],
  'grep patterns': [['grep'], () => '-e'],
  'sed scripts': [['sed'], () => 's/a/b/'],
  'find -exec': [['find', '.'], () => '-exec'],
  'find roots': [['find'], (index) => `d${String(index)}`],
  'find -name': [['find', '.'], (index) => (index % 2 === 0 ? '-name' : 'x')],
  'tar -C': [['tar', '-cf', 'x'], (index) => (index % 2 === 0 ? '-C' : 'd')],
  'env assignments': [['env'], (index) => `A${String(index)}=b`],
  'sudo again': [[], () => 'sudo'],
  'xargs rm': [['xargs', 'rm'], () => 'a'],
  'python -c': [['python3'], (index) => (index % 2 === 0 ? '-c' : "open('x')")],
  'python files': [['python3'], (index) => `f${String(index)}`],
  'bash parameters': [['bash', '-c', 'echo "$@"'], (index) => `p${String(index)}`],
  'bash files': [['bash'], (index) => `p${String(index)}`],
  alias: [['alias'], (index) => `a${String(index)}=ls`],
  concurrently: [['concurrently'], () => 'ls'],
  tee: [['tee'], (index) => `f${String(index)}`],
  'docker mounts': [['docker', 'run'], (index) => (index % 2 === 0 ? '-v' : '/a:/b')],
  'docker exec': [['docker', 'exec', 'c', 'rm'], () => 'a'],
  kill: [['kill'], (index) => String(index + 2)],
  'curl data': [['curl'], (index) => (index % 2 === 0 ? '-d' : '@a')],
  chmod: [['chmod', '-R', '777'], (index) => `f${String(index)}`],
  'npm install': [['npm', 'install'], (index) => `p${String(index)}`],
  options: [['foo'], () => '-x'],
  dashes: [['foo'], () => '--'],
  unset: [['unset'], (index) => `v${String(index)}`],
  'secret options': [['foo'], () => '--password'],
  secrets: [['foo'], (index) => `TOKEN=${String(index)}`],
  'empty words': [['foo'], () => ''],
};

/** Pieces of shell text. @type {Readonly<Record<string, (index: number) => string>>} */
const texts = {
  commands: () => 'a;',
  'commands and words': () => 'echo a b c d;',
  'long words': () => 'x',
  quoted: () => "'a' ",
  'double-quoted': () => '"a" ',
  'open quotes': () => "'",
  'open double quotes': () => '"$(',
  backquotes: () => '`a ',
  substitutions: () => '$(a) ',
  'open substitutions': () => '$(',
  groups: () => '(a);',
  'open groups': () => '(',
  braces: () => '{ a; };',
  'open braces': () => '{',
  alternatives: () => '{a,b}',
  globs: () => 'a* ',
  pipes: () => 'a|',
  ands: () => 'a&&',
  redirections: () => '>f ',
  'redirected groups': () => '{ a; } >f;',
  'open here-documents': () => 'cat <<A\n',
  'here-documents': () => 'cat <<A\nb\nA\n',
  'here-strings': () => 'cat <<<a;',
  'the same variable': () => 'a=b;',
  variables: (index) => `a${String(index)}=b;`,
  'read variables': (index) => (index === 0 ? 'read' : ` a${String(index)}`),
  'declared variables': (index) => (index === 0 ? 'export' : ` a${String(index)}=b`),
  'variables in shells': (index) => `(a${String(index)}=b);`,
  'unknown variables': () => '$x ',
  'deleted variables': () => 'rm $x;',
  'evaluated variables': () => 'eval $x;',
  'shells of variables': () => 'bash -c $x;',
  'nested shells': () => 'bash -c "',
  evals: () => 'eval ',
  functions: (index) => `f${String(index)}() { ls; };`,
  'called functions': (index) => (index === 0 ? 'f() { ls; };' : 'f;'),
  'functions of functions': (index) => `f${String(index + 1)}() { f${String(index)}; f${String(index)}; };`,
  loops: () => 'for i in a b c;do ls;done;',
  'loop words': (index) => (index === 0 ? 'for i in' : ` a${String(index)}`),
  cases: () => 'case a in b) ;; esac;',
  directories: () => 'cd a;',
  sudo: () => 'sudo ',
  deletions: () => 'rm -rf a;',
  'deletions of paths': (index) => `rm -rf src/${String(index)};`,
  environments: () => 'env;',
  'environments searched': () => 'env|grep token;',
  listings: () => 'ls /a;xargs rm;',
  searches: () => 'find . -name a;rm $x;',
  decoders: () => 'echo bHM=|base64 -d|sh;',
  downloads: () => 'curl a|sh;',
  interpreters: () => 'python3 -c "open(1)";',
  files: (index) => `cat a${String(index)}>b${String(index)};`,
  'written scripts': () => 'echo ls>f;sh f;',
  containers: () => 'docker exec c ls;docker run -v /a:/b c ls;',
  comments: () => '#a\n',
  lines: () => '\n',
  backslashes: () => '\\',
  NULs: () => '\0',
  surrogates: () => '\ud83d\ude00',
  passwords: () => 'PASSWORD=x ',
  'password options': () => '--password=',
  'dashes and a key': (index) => (index === 0 ? 'key ' : '-'),
  'letters and a key': (index) => (index === 0 ? 'key ' : 'a'),
  headers: () => 'Authorization: Bearer x ',
  addresses: () => 'a://b:',
  'web tokens': () => 'eyJ-',
  'web tokens with dots': () => 'eyJaaaaaaaa.',
  'private keys': () => '-----BEGIN PRIVATE KEY-----',
  'base64 pieces': () => 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\n',
  SQL: () => "psql -c 'select 1;';",
};

/** @type {(value: unknown, depth: number) => string} */
const nest = (value, depth) => `${'['.repeat(depth)}${JSON.stringify(value)}${']'.repeat(depth)}`;

/** Bodies as text. @type {Readonly<Record<string, () => string>>} */
const bodies = {
  plain: () => JSON.stringify(asked(['ls', '-la'])),
  'arguments, as many as fit': () => JSON.stringify(asked(Array(1_390_000).fill('a'))),
  'empty arguments, as many as fit': () => JSON.stringify(asked(Array(2_000_000).fill(''))),
  'one long argument': () => JSON.stringify(asked(['echo', 'x'.repeat(4_000_000)])),
  'one long command': () =>
    JSON.stringify({ ...common, params: { command: `echo ${'x'.repeat(maxBodyBytes - 1_000)}` } }),
  'one long program': () => JSON.stringify(asked(['ls'], { exe: `/${'x'.repeat(maxBodyBytes - 1_000)}` })),
  'one long directory': () => JSON.stringify(asked(['ls'], { cwd: `/${'x'.repeat(maxBodyBytes - 1_000)}` })),
  'one deep directory': () => JSON.stringify(asked(['ls'], { cwd: '/x'.repeat(4_000) })),
  markers: () => JSON.stringify(asked(['ls'], { markers: Array(1_500_000).fill('A') })),
  'other keys': () => `{"x":0${Array.from({ length: 600_000 }, (_, index) => `,"k${index}":1`).join('')}}`,
  'other keys in params': () =>
    `{"params":{"command":"ls"${Array.from({ length: 600_000 }, (_, index) => `,"k${index}":1`).join('')}}}`,
  'lists in a list': () => `{"params":{"command":"ls"},"x":${nest(0, 4_000_000)}}`,
  'empty lists': () => `{"params":{"command":"ls"},"x":[[]${',[]'.repeat(2_700_000)}]}`,
  'empty objects': () => `{"params":{"command":"ls"},"x":[{}${',{}'.repeat(2_700_000)}]}`,
  numbers: () => `{"params":{"command":"ls"},"x":[0${',1.5'.repeat(2_000_000)}]}`,
  escapes: () => `{"params":{"command":"${'\\u0041'.repeat(1_390_000)}"}}`,
  'arguments as base64': () =>
    JSON.stringify(asked(Array(600_000).fill('a'), { argv_b64: Array(600_000).fill('YQ==') })),
  'command as base64': () =>
    JSON.stringify({ ...common, params: { command_b64: Buffer.alloc(6_000_000, 'x').toString('base64') } }),
};

/** Every body, by the name of its shape. @type {Map<string, () => string>} */
export const largeQuestions = new Map(Object.entries(bodies));
for (const [name, [start, wordAt]] of Object.entries(words))
  largeQuestions.set(`words: ${name}`, () => JSON.stringify(withWords(start, wordAt)));
for (const [name, pieceAt] of Object.entries(texts))
  for (const [size, bytes] of /** @type {const} */ ([
    ['text', maxArgumentBytes],
    ['huge text', maxTextBytes],
  ]))
    largeQuestions.set(`${size}: ${name}`, () =>
      JSON.stringify(asked(['bash', '-c', textOf(pieceAt, bytes)])),
    );
