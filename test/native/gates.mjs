// What other programs find in the source of the library and of the addon: `gates.mjs analyzer|cppcheck|tidy|lines SOURCE BUILD`. A finding
// is printed as the tool tells it, and fails.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [gate, source, build] = process.argv.slice(2);
const maxLines = 600;
const workers = 2;

/** The commands that compile these targets of the build. */
function readCommands(...targets) {
  const all = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'));
  return all.filter(({ command }) => targets.some((target) => command.includes(`/${target}.dir/`)));
}

/** What ships: the library, and the addon where its headers are. */
const shipped = ['rampart', 'rampart_node'];

function run(command, words) {
  return new Promise((resolve) => {
    const child = spawn(command, words, { cwd: build, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece) => (output += piece));
    child.on('error', (error) => resolve({ good: false, output: `${command}: ${error.message}\n` }));
    child.on('close', (status) => resolve({ good: status === 0, output }));
  });
}

/** CMake quotes no word of these commands. */
function analyze(entry) {
  const words = entry.command.split(/ +/u).slice(1);
  const at = words.indexOf('-o');
  words.splice(at, 2);
  return run(entry.command.split(/ +/u)[0], [...words, '-fanalyzer', '-o', '/dev/null']);
}

function check() {
  const kinds = '--enable=warning,performance,portability';
  const options = ['--quiet', '--error-exitcode=1', '--std=c11', '-D__x86_64__', kinds];
  const files = readCommands(...shipped).map((entry) => entry.file);
  return run('cppcheck', [...options, '-j', String(workers), '-D__linux__', '-DRP_FREESTANDING', ...files]);
}

function tidy(entry) {
  return run('clang-tidy', ['-p', build, '--quiet', entry.file]);
}

function findLongFiles() {
  const folders = ['native', 'test/native', 'test/transparency', 'test/bench'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true }).map((name) => join(folder, name)),
  );
  const sources = files.filter((file) => /\.(?:c|h)$/u.test(file));
  const long = sources.filter(
    (file) => readFileSync(join(source, file), 'utf8').split('\n').length > maxLines + 1,
  );
  const output = long.map((file) => `${file}: more than ${String(maxLines)} lines\n`).join('');
  return { good: sources.length > 0 && long.length === 0, output };
}

async function runOnEach(entries, look) {
  const queue = [...entries];
  const results = [];
  const work = async () => {
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift())
      results.push(await look(entry));
  };
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}

const gates = {
  // Of the addon it takes a vector whose every string is freed for one that leaks.
  analyzer: () => runOnEach(readCommands('rampart'), analyze),
  cppcheck: async () => [await check()],
  tidy: () => runOnEach(readCommands(...shipped), tidy),
  lines: async () => [findLongFiles()],
};

const results = await gates[gate]();
for (const result of results) if (!result.good) process.stdout.write(result.output);
const good = results.filter((result) => result.good).length;
process.stdout.write(`${String(good)} passed, ${String(results.length - good)} failed\n`);
process.exitCode = good > 0 && good === results.length ? 0 : 1;
