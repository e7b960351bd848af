// Tools that people use, plain and with the library: `tools.mjs LIBRARY`. What they say and how they end must be the
// same, whether an endpoint allows everything or nobody is there; what they started must have been seen, and where
// everything is denied they end by themselves and say so.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';

// Users that programs change to must be able to read it.
const directory = mkdtempSync(join(tmpdir(), 'rampart-tools-'));
const library = join(directory, 'librampart.so');
chmodSync(directory, 0o755);
copyFileSync(process.argv[2], library);

/** What each folder has that a tool runs in. */
const files = {
  Makefile: 'all: one two\n\t@cat one two\n%:\n\t@echo $@ | tee $@ >/dev/null\n',
  text: 'one\ntwo\nthree\n',
  'package.json': '{"name":"p","scripts":{"postinstall":"cat text > seen"}}',
  'Cargo.toml': '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n',
  'build.rs':
    'fn main() { print!("cargo:rustc-env=TEXT="); std::process::Command::new("cat").arg("text").status().unwrap(); }',
  'src/main.rs':
    'fn main() { println!("{}", env!("TEXT")); std::process::Command::new("sh").args(["-c", "cat text"]).status().unwrap(); }',
  'Child.java':
    'class Child { public static void main(String[] words) throws Exception { System.exit(new ProcessBuilder("sh", "-c", "cat text; exit 4").inheritIO().start().waitFor()); } }',
  'setup.py':
    'import setuptools, subprocess\nsubprocess.run(["sh", "-c", "cat text > seen"])\nsetuptools.setup(name="p", version="1", py_modules=[])\n',
};
const template = join(directory, 'template');
for (const [name, content] of Object.entries(files)) {
  mkdirSync(dirname(join(template, name)), { recursive: true });
  writeFileSync(join(template, name), content);
}
writeFileSync(join(template, 'hook'), '#!/bin/sh\necho hook\n', { mode: 0o755 });

const quiet = 'git -c init.defaultBranch=main -c user.name=n -c user.email=e';
const dated = 'GIT_AUTHOR_DATE=1700000000Z GIT_COMMITTER_DATE=1700000000Z';
const shellText =
  'echo $(echo inner | tr a-z A-Z); for i in 1 2; do /bin/echo $i; done | sort -r; sh -c "exit 5"';
const child = 'cat text; exit 4';

/** Each is run by /bin/sh in a folder with a Makefile and a text; `seen` programs at least must have been asked about. */
const cases = [
  [
    'git',
    `mkdir r && cd r && ${quiet} init -q && touch f && ${quiet} add f && ${dated} ${quiet} commit -qm t && git log --format=%H%s | cat`,
    6,
  ],
  [
    'git with a clone, a hook and a rebase',
    `mkdir r && cd r && ${quiet} init -q && touch f && ${quiet} add f && ${dated} ${quiet} commit -qm t && cd .. && git clone -q r c && cd c && cp ../hook .git/hooks/post-commit && touch g && ${quiet} add g && ${dated} ${quiet} commit -qm u && ${dated} ${quiet} rebase -q -x "echo step" HEAD~1`,
    12,
  ],
  [
    'python3',
    `python3 -c 'import os,subprocess;print(subprocess.run("${child}",shell=True,capture_output=True));print(os.system("exit 3"));print(os.popen("echo p").read())'`,
    4,
  ],
  [
    'node',
    `node -e 'console.log(require("child_process").spawnSync("sh",["-c","${child}"],{encoding:"utf8"}).output)'`,
    2,
  ],
  ['perl', `perl -e 'print \`cat text\`; print system("exit 3") >> 8; exec "echo", "done"'`, 3],
  [
    'ruby',
    `ruby -e 'puts \`cat text\`; p system("exit 3"); Process.wait(spawn("echo on")); exec "echo", "done"'`,
    4,
  ],
  ['java', 'java Child.java', 2],
  ['make', 'make -s -j2; rm one; make', 6],
  ['tar', 'tar -czf t.tgz text && tar -tzf t.tgz', 4],
  [
    'find and xargs',
    "find . -name text -exec wc -l {} + ; find . -name text -print0 | xargs -0 -n1 sh -c 'echo $0; exit 1'",
    5,
  ],
  ['bash', `bash -c '${shellText}'`, 6],
  ['zsh', `zsh -fc '${shellText}'`, 5],
  ['fish', 'fish --no-config -c "echo (echo inner | tr a-z A-Z); sh -c \'exit 5\'"', 3],
  ['dash', `dash -c '${shellText}'`, 6],
  ['busybox', `busybox sh -c '${shellText}'`, 1],
  ['ssh', 'ssh -V; ssh -G -F none localhost | sort | head -n 3', 4],
  [
    'tmux',
    'tmux -S ./t -f /dev/null new-session -d "cat text > seen; tmux -S ./t wait-for -S done" \\; wait-for done; cat seen',
    4,
  ],
  ['script', "script -qec 'cat text; exit 3' /dev/null", 2],
  ['terminal settings', 'script -qec \'stty -a; sh -c "cat text"; nosuchprogram; stty -a\' /dev/null', 4],
  ['chroot', "chroot / /bin/sh -c 'cd /; /bin/pwd; /bin/echo inside'", 1],
  [
    'another user',
    'setpriv --reuid=65534 --regid=65534 --clear-groups /bin/sh -c \'id -u; sh -c "id -g"\'',
    1,
  ],
  ['a privileged program', 'setpriv --reuid=65534 --regid=65534 --clear-groups su --version', 1],
  // Of root's nothing is privileged, so what it starts is guarded again; of another user's it is not.
  ['sudo', 'sudo -n /bin/echo done', 2],
  [
    "another user's sudo",
    'setpriv --reuid=65534 --regid=65534 --clear-groups /bin/sh -c "sudo -n /bin/echo done; echo on"',
    2,
  ],
  ['runuser', 'runuser -u nobody -- /bin/sh -c \'id -un; sh -c "echo done"\'', 1],
  ['no new privileges', 'setpriv --no-new-privs /bin/sh -c \'sh -c "echo done"\'', 2],
  ['a namespace of users', 'unshare -Ur /bin/sh -c \'id -u; sh -c "echo done"\'', 1],
  ['gcc', 'echo "int main(void) { return 7; }" > a.c && gcc -pipe a.c -o a && ./a', 4],
  // rustc, cc and the linker, the build script and what that starts.
  ['cargo', 'cargo run --quiet --offline', 9],
  [
    'pip',
    'python3 -m pip install -qqq --root-user-action ignore --no-index --no-build-isolation --no-cache-dir --target t . && cat seen && ls t',
    3,
  ],
  [
    'gdb',
    "gdb -q -batch -nx -ex 'set print inferior-events off' -ex run -ex 'shell cat text' --args /bin/sh -c 'cat text; exit 3' | sed 's/process [0-9]*/process/'",
    5,
  ],
  ['npm', 'npm install --silent --offline --no-audit --no-fund --no-update-notifier && cat seen', 3],
  ['su', 'su -s /bin/sh -c \'id -un; exec sh -c "echo done"\' nobody', 1],
];

/** What a script says and ends with, in a folder of its own. */
async function run(settings, script) {
  const folder = mkdtempSync(join(directory, 'run-'));
  chmodSync(folder, 0o755);
  cpSync(template, folder, { recursive: true });
  const env = {
    PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`,
    HOME: folder,
    TERM: 'xterm',
    LC_ALL: 'C',
    ...settings,
  };
  const started = spawn('/bin/sh', ['-c', script], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = ['', ''];
  for (const [index, stream] of [started.stdout, started.stderr].entries())
    stream.setEncoding('utf8').on('data', (text) => (texts[index] += text));
  const status = await new Promise((done) => started.once('close', (code, signal) => done(code ?? signal)));
  rmSync(folder, { recursive: true, force: true });
  return [status, ...texts.map((text) => text.replaceAll(folder, 'FOLDER'))];
}

const socket = join(directory, 'endpoint.sock');
const allow = http('{"allowed":true,"decision":"allow","reason":null}');
const deny = http('{"allowed":false,"notice":"by rule test#1: no [00112233]"}');
const endpoint = await createEndpoint(socket, ({ params }) =>
  params.command.includes('forbidden') ? deny : allow,
);
const refusing = join(directory, 'refusing.sock');
const refuser = await createEndpoint(refusing, () => deny);
const guarded = { LD_PRELOAD: library, RAMPART_URL: `unix://${socket}` };
for (const [name, script, seen] of cases) {
  const plain = await run({}, script);
  const before = endpoint.questions.length;
  expect(`${name}, allowed`, await run(guarded, script), plain);
  const asked = endpoint.questions.length - before;
  expect(`${name}: ${String(asked)} of at least ${String(seen)} questions`, asked >= seen, true);
  const [status, , errors] = await run({ ...guarded, RAMPART_URL: `unix://${refusing}` }, script);
  const isRefused = typeof status === 'number' && /^rampart: denied `.*by rule test#1/mu.test(errors);
  expect(`${name}, denied, ends with ${String(status)}: ${errors}`, isRefused, true);
  const alone = { ...guarded, RAMPART_URL: `unix://${directory}/nobody/endpoint.sock` };
  expect(`${name}, with nobody to ask`, await run(alone, script), plain);
}
// A refusal is told to a terminal and changes nothing about it.
const [, said] = await run(guarded, 'script -qec \'stty -a; cat for""bidden; stty -a\' /dev/null');
const [before, after] = said.split(/(?:rampart: denied `cat forbidden`.*\s+)+sh: 1: cat: .*\s+/u);
expect(`a terminal where cat is refused: ${said}`, after, before);
endpoint.close();
refuser.close();

/** What a user hears who is neither root nor this one, and whose environment leads to a place of this one. */
async function hearForeign(place) {
  const settings = { LD_PRELOAD: library, RAMPART_URL: `unix://${place}/endpoint.sock` };
  const start = 'exec setpriv --reuid=65534 --regid=65534 --clear-groups /bin/echo done';
  const [, text, errors] = await run(settings, start);
  return text + errors;
}

const owner = 12345;
const foreign =
  "rampart: denied `/bin/echo done`: RAMPART_URL leads to another user's endpoint; open a terminal of your own\nsetpriv: failed to execute /bin/echo: Operation not permitted\n";
const place = join(directory, 'place');
mkdirSync(place);
expect('nobody in a directory of root', await hearForeign(place), 'done\n');
chownSync(place, owner, owner);
expect("nobody in another user's directory", await hearForeign(place), foreign);
const theirs = await createEndpoint(join(place, 'endpoint.sock'), http('{"allowed":true}'));
chownSync(join(place, 'endpoint.sock'), owner, owner);
expect("another user's endpoint", await hearForeign(place), foreign);
theirs.close();
rmSync(directory, { recursive: true, force: true });
tellTotals();
