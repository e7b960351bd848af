import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { commands } from '../../src/cli/commandTable.ts';
import { cli, Rampart } from '../support/rampart.ts';

/** What people read, but for what other tests run whole: the manual, and the examples of policies. */
const documents = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'native/README.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md') && name !== 'command-line.md')
    .map((name) => join('docs', name)),
].map((file) => ({ file, text: readFileSync(file, 'utf8') }));

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes: { readonly configuration: unknown };
};
const titles = Object.values(JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>);

/** Commands in a document that a person would type: each line of a `sh` block that is not said to be left out. */
function findLines(text: string): readonly string[] {
  const blocks = text.matchAll(/(<!-- not run: \S.*? -->\n\n)?^```sh\n(.*?)^```$/gmsu);
  return Array.from(blocks)
    .filter(([, excuse]) => excuse === undefined)
    .flatMap(([, , body = '']) => body.split('\n'))
    .map((line) => line.replace(/ +# .*$/u, '').trim())
    .filter((line) => line !== '');
}

/** A home in which what the documents show can be typed. */
async function prepare(rampart: Rampart): Promise<void> {
  const programs = join(rampart.folder, 'programs');
  mkdirSync(programs);
  const write = (name: string, text: string): void => {
    writeFileSync(join(programs, name), text, { mode: 0o755 });
  };
  write('rampart', `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  write('codex', '#!/bin/sh\n:\n');
  rampart.write('risky.sh', '#!/bin/sh\n:\n');
  await rampart.serve();
  const refused = await rampart.run(['preload', '--', 'touch', 'forbidden']);
  assert.notEqual(refused.status, 0);
}

/** What a command may end with that did what it should: a question's answer, or what the doctor found. */
const answers = [0, 1];

describe('the commands in the documents', () => {
  for (const { file, text } of documents) {
    const lines = findLines(text);
    if (lines.length === 0) continue;
    it(`can be typed as ${file} has them`, async (t) => {
      const ours = lines.filter((line) => line.startsWith('rampart '));
      for (const line of lines.filter((each) => !ours.includes(each))) {
        const script = /^npm (?:run )?([\w:]+)/u.exec(line)?.[1];
        assert.ok(script === 'ci' || (script !== undefined && script in manifest.scripts), line);
      }
      if (ours.length === 0) return;
      const rampart = new Rampart(t);
      await prepare(rampart);
      const PATH = `${join(rampart.folder, 'programs')}:${String(rampart.environment()['PATH'])}`;
      for (const line of ours) {
        const running = rampart.startProgram(['bash', '-c', `exec 2>&1; ${line}`], { environment: { PATH } });
        running.child.stdin?.end();
        const { status, stdout } = await running.finished;
        assert.ok(status !== null && answers.includes(status), `${line}: ${String(status)}: ${stdout}`);
        assert.doesNotMatch(stdout, /unknown option|unexpected argument|unknown command/u, line);
      }
    });
  }
});

describe('what the documents name', () => {
  const each = (pattern: RegExp): readonly [file: string, name: string][] =>
    documents.flatMap(({ file, text }) =>
      Array.from(text.matchAll(pattern), (match): [string, string] => [file, match[1] ?? '']),
    );

  it('is a command of the command line', () => {
    const known = new Set(commands.map((command) => command.name.split(' ')[0]));
    const odd = each(/`rampart ([a-z][\w-]*)/gu).filter(([, name]) => !known.has(name));
    assert.deepEqual(odd, []);
  });

  it('is a script of package.json', () => {
    const odd = each(/`npm run ([\w:]+)/gu).filter(([, name]) => !(name in manifest.scripts));
    assert.deepEqual(odd, []);
  });

  it('is a command of the editor', () => {
    const odd = each(/[_*]Rampart: ([A-Z][^_*]*)[_*]/gu).filter(([, name]) => !titles.includes(name));
    assert.deepEqual(odd, []);
  });

  it('is a setting of the editor', () => {
    const settings = JSON.stringify(manifest.contributes.configuration);
    const odd = each(/`(rampart\.(?:guard|policy|notifications|endpoint)\.\w+)`/gu).filter(
      ([, name]) => !settings.includes(`"${name}"`),
    );
    assert.deepEqual(odd, []);
  });

  it('is a variable that something reads', () => {
    const read = (folder: string): string =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(?:c|h|ts|mjs)$/u.test(name))
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('\n');
    const code = ['src', 'native', 'scripts', 'test'].map(read).join('\n');
    const cmake = readFileSync('CMakeLists.txt', 'utf8');
    const odd = each(/\b(RAMPART_[A-Z_]+[A-Z])\b/gu).filter(
      ([, name]) => !code.includes(name) && !cmake.includes(name),
    );
    assert.deepEqual(odd, []);
  });

  it('is a file that is there', () => {
    const odd = documents.flatMap(({ file, text }) =>
      Array.from(text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/gu), (match) => match[1] ?? '')
        .filter((link) => !existsSync(join(dirname(file), link)))
        .map((link) => `${file}: ${link}`),
    );
    assert.deepEqual(odd, []);
  });

  it('are exactly the doors that the library has', () => {
    const doors = Array.from(
      readFileSync('native/preload/doors.def', 'utf8').matchAll(/^RP_DOOR\((\w+),/gmu),
      (match) => match[1],
    );
    const [, listed = ''] =
      /^`(execve [^`]+)`, and `syscall`/mu.exec(readFileSync('native/README.md', 'utf8')) ?? [];
    assert.deepEqual([...listed.split(' '), 'syscall'].sort(), [...new Set(doors)].sort());
  });
});
