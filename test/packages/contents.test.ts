import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { findPackage, readPackage, readZip, sizeOf } from './packed.ts';
import type { PackedFile } from './packed.ts';

const runtime = [
  'cli.js',
  'endpoint.js',
  'package.json',
  'policies/default.frozen.json',
  'policies/default.yaml',
  'tree-sitter-bash.wasm',
  'tree-sitter.wasm',
  'upstream.js',
];
const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md'];
const generated = ['THIRD_PARTY_NOTICES.txt', 'package.json', 'sbom.cdx.json'];
const inEditor = [
  ...[...runtime, 'extension.cjs', 'panel.js'].map((name) => `dist/${name}`),
  ...['icon.png', 'panel.css', 'rampart.svg'].map((name) => `media/${name}`),
  ...['deny', 'mode', 'policy', 'protect'].map((name) => `media/walkthrough/${name}.md`),
  ...generated,
  // As vsce names them.
  'LICENSE.txt',
  'SECURITY.md',
  'changelog.md',
  'l10n/bundle.l10n.json',
  'package.nls.json',
  'readme.md',
  'schemas/policy.schema.json',
];

/** What the first bytes of a native file say of the machine it is for. */
const machines = {
  'linux-x64': { magic: '7f454c46', at: 18, machine: '3e00' },
  'linux-arm64': { magic: '7f454c46', at: 18, machine: 'b700' },
  'linux-arm': { magic: '7f454c46', at: 18, machine: '2800' },
  'darwin-x64': { magic: 'cffaedfe', at: 4, machine: '07000001' },
  'darwin-arm64': { magic: 'cffaedfe', at: 4, machine: '0c000001' },
} as const;
type Machine = keyof typeof machines;

/** Both machines of macOS in one file. */
const bothMachines = 'cafebabe';

const targets: Readonly<Record<string, Machine | null>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-armhf': 'linux-arm',
  'alpine-x64': 'linux-x64',
  'alpine-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  universal: null,
};

const command = 'rampart-guard-';
const archive = 'rampart-0';
const everyPackage = [...Object.keys(targets).map((target) => `rampart-${target}-`), command, archive];

function libraryOf(machine: Machine): string {
  return machine.startsWith('darwin') ? 'librampart.dylib' : 'librampart.so';
}

function nativeIn(folder: string, machine: Machine): readonly string[] {
  return [`${folder}/${machine}/${libraryOf(machine)}`, `${folder}/${machine}/rampart.node`];
}

function contentOf(files: readonly PackedFile[], path: string): Buffer {
  const found = files.find((file) => file.path === path);
  assert.ok(found, `${path} is missing`);
  return found.content;
}

function assertMachine(files: readonly PackedFile[], folder: string, machine: Machine): void {
  const { magic, at, machine: number } = machines[machine];
  for (const path of nativeIn(folder, machine)) {
    const content = contentOf(files, path);
    const start = content.toString('hex', 0, 4);
    if (start === bothMachines && path.endsWith('.dylib')) continue;
    assert.equal(start, magic, path);
    assert.equal(content.toString('hex', at, at + number.length / 2), number, path);
  }
}

for (const [target, machine] of Object.entries(targets)) {
  describe(`the package for ${target}`, () => {
    const file = findPackage(`rampart-${target}-`);
    const files = readZip(file);
    const inside = files
      .filter((one) => one.path.startsWith('extension/'))
      .map((one) => ({ ...one, path: one.path.slice('extension/'.length) }));

    it('has exactly the files that it should', () => {
      const native = machine === null ? [] : nativeIn('dist/native', machine);
      assert.deepEqual(inside.map((one) => one.path).sort(), [...inEditor, ...native].sort());
    });

    it('names its platform and brings a library for no other', () => {
      const vsixManifest = contentOf(files, 'extension.vsixmanifest').toString();
      const named = /TargetPlatform="([^"]*)"/u.exec(vsixManifest)?.[1];
      assert.equal(named, machine === null ? undefined : target);
      if (machine !== null) assertMachine(inside, 'dist/native', machine);
    });

    it('stays within 1.4 megabytes', () => {
      assert.ok(sizeOf(file) < 1_400_000, `${String(sizeOf(file))} bytes`);
    });

    it('has a manifest without what only building needs', () => {
      const manifest = JSON.parse(contentOf(inside, 'package.json').toString()) as Record<string, unknown>;
      for (const key of ['bin', 'devDependencies', 'dependencies']) assert.equal(manifest[key], undefined);
      assert.deepEqual(Object.keys(manifest['scripts'] as object), ['vscode:uninstall']);
      assert.equal(manifest['main'], './dist/extension.cjs');
    });
  });
}

describe('the package for npm', () => {
  const files = readPackage(findPackage(command));

  it('has the command line, and the library for every platform', () => {
    const native = (Object.keys(machines) as Machine[]).flatMap((each) => nativeIn('dist/native', each));
    assert.deepEqual(
      files.map((file) => file.path).sort(),
      [
        ...runtime.map((name) => `dist/${name}`),
        ...papers,
        ...generated,
        ...native,
        'bin/rampart',
        'bin/rampart.cjs',
      ].sort(),
    );
    for (const machine of Object.keys(machines) as Machine[]) assertMachine(files, 'dist/native', machine);
  });

  it('asks for nothing to be installed or run with it', () => {
    const manifest = JSON.parse(contentOf(files, 'package.json').toString()) as Record<string, unknown>;
    for (const key of ['scripts', 'dependencies', 'optionalDependencies'])
      assert.equal(manifest[key], undefined);
    assert.deepEqual(manifest['bin'], { rampart: 'bin/rampart' });
    assert.equal(files.find((file) => file.path === 'bin/rampart')?.mode, 0o755);
  });
});

describe('the archive', () => {
  it('has the command, its installation, and the library for every platform', () => {
    const files = readPackage(findPackage(archive));
    const native = (Object.keys(machines) as Machine[]).flatMap((each) =>
      nativeIn('lib/rampart/dist/native', each),
    );
    assert.deepEqual(
      files.map((file) => file.path).sort(),
      [
        ...runtime.map((name) => `lib/rampart/dist/${name}`),
        ...papers,
        ...generated.filter((name) => name !== 'package.json'),
        ...native,
        ...['bash', 'fish', 'zsh'].map((shell) => `share/completion.${shell}`),
        'bin/rampart',
        'lib/rampart/bin/rampart.cjs',
        'install.sh',
      ].sort(),
    );
  });
});

describe('the addon for Linux', () => {
  /** What every glibc since 2.17 and musl have. */
  const fromLibc = [
    ...['__errno_location', 'accept4', 'bind', 'calloc', 'close', 'execve', 'fcntl', 'flock', 'free'],
    ...['getppid', 'getsockopt', 'listen', 'malloc', 'memchr', 'memcpy', 'memmem', 'memset', 'mkfifo'],
    ...[
      'open',
      'poll',
      'prctl',
      'prlimit',
      'realpath',
      'recv',
      'send',
      'setrlimit',
      'sigaction',
      'sigemptyset',
    ],
    ...['socket', 'strtoull', 'snprintf', 'strlen', 'strncmp', 'tcgetattr', 'tcsetattr', 'environ'],
    // In glibc before 2.32 it is libpthread's, which every Node.js is linked to.
    'pthread_sigmask',
    // What POSIX calls strerror_r, in glibc and musl.
    '__xpg_strerror_r',
  ];

  it('needs no C library by name, and of any only what all have', (t) => {
    const folder = temporaryFolder(t);
    for (const machine of ['linux-x64', 'linux-arm64', 'linux-arm']) {
      const files = readPackage(findPackage(command));
      const file = join(folder, `${machine}.node`);
      writeFileSync(file, contentOf(files, `dist/native/${machine}/rampart.node`));
      const said = execFileSync('readelf', ['-dW', '--dyn-syms', file], { encoding: 'utf8' });
      assert.doesNotMatch(said, /\(NEEDED\)|\(TEXTREL\)/u);
      const wanted = Array.from(said.matchAll(/ UND (\w\S*)$/gmu), (match) => match[1] ?? '');
      // libuv's are weak: where the program around the addon has none, it does without.
      const odd = wanted.filter((name) => !/^(?:napi|uv)_/.test(name) && !fromLibc.includes(name));
      assert.deepEqual(odd, [], machine);
    }
  });
});

describe('every package', () => {
  const packages = everyPackage.map((start) => ({ start, files: readPackage(findPackage(start)) }));
  const papersIn = (start: string): string =>
    start.startsWith('rampart-guard') || start === archive ? '' : 'extension/';

  it('tells nothing of the machine that made it, and holds no source map and no secret', () => {
    const forbidden = [
      process.cwd(),
      `${homedir()}/.cache`,
      ...['npm', 'ghp', 'github_pat'].map((start) => `${start}_A`),
    ];
    const looksLikeKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}/u;
    for (const { start, files } of packages)
      for (const { path, content } of files) {
        assert.doesNotMatch(path, /\.map$|\.ts$|\.env/u);
        if (/\.c?js$/u.test(path))
          assert.ok(!/sourceMappingURL|sourcesContent/u.test(content.toString()), path);
        for (const text of forbidden) assert.ok(!content.includes(text), `${start}: ${path} has ${text}`);
        assert.doesNotMatch(content.toString('latin1'), looksLikeKey, `${start}: ${path}`);
      }
  });

  it('gives everything in it one time', () => {
    for (const { start, files } of packages)
      assert.equal(new Set(files.map((file) => file.time)).size, 1, start);
  });

  it('brings the licence and the name of everything that is bundled', () => {
    const notices = readFileSync('THIRD_PARTY_NOTICES.txt', 'utf8');
    for (const { start, files } of packages)
      assert.equal(contentOf(files, `${papersIn(start)}THIRD_PARTY_NOTICES.txt`).toString(), notices, start);
  });

  it('has a bill of materials that lists those parts, and its native files by their hashes', () => {
    for (const { start, files } of packages) {
      const bill = JSON.parse(contentOf(files, `${papersIn(start)}sbom.cdx.json`).toString()) as {
        bomFormat: string;
        specVersion: string;
        serialNumber: string;
        components: { type: string; name: string; hashes?: { content: string }[] }[];
      };
      assert.deepEqual([bill.bomFormat, bill.specVersion], ['CycloneDX', '1.6']);
      assert.match(
        bill.serialNumber,
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u,
      );
      const libraries = bill.components.filter((part) => part.type === 'library').map((part) => part.name);
      assert.ok(
        ['yaml', 're2js', 'tree-sitter-bash'].every((name) => libraries.includes(name)),
        start,
      );
      const native = files.filter((file) => file.path.includes('/native/'));
      const listed = bill.components.filter((part) => part.type === 'file');
      assert.deepEqual(
        listed.map((part) => [part.name, part.hashes?.[0]?.content]).sort(),
        native
          .map(({ path, content }) => [
            path.slice(papersIn(start).length),
            createHash('sha256').update(content).digest('hex'),
          ])
          .sort(),
        start,
      );
    }
  });
});
