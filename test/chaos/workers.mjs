// Guarded shells that start programs, and what the kernel says of them: the oracle.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { children, deadlineMs, machineMs, root, socket, state, until, within } from './scene.mjs';

const library = resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so');

/** How long a shell that was told to end may go on, in milliseconds. */
const patienceMs = 8_000;

/** What the log says of a start that nobody answered about; src/endpoint/auditEntry.ts. */
const unanswered = 'run without an answer';

/** A guarded and traced shell that starts programs until it is told to end; each start has a name of its own. */
export function startWorker(name) {
  const folder = join(root, name);
  mkdirSync(folder);
  const trace = join(root, `${name}.trace`);
  const script = `i=0; while [ ! -e ../end ]; do i=$((i+1)); /bin/true ${name}n$i && echo $i >> ran; /bin/touch forbidden$i; done 2>/dev/null`;
  const guard = [`LD_PRELOAD=${library}`, `RAMPART_URL=unix://${socket}`, 'RAMPART_QUIET=1'];
  const calls = 'trace=execve,?fork,?vfork,clone,?clone3,exit_group';
  const words = ['-f', '-qq', '-ttt', '-o', trace, '-s', '256', '-e', calls, '-e', 'signal=none'];
  const traced = [...words, ...guard.flatMap((entry) => ['-E', entry]), '/bin/sh', '-c', script];
  const env = { PATH: '/usr/bin:/bin' };
  const child = spawn('strace', traced, { cwd: folder, env, stdio: 'ignore' });
  children.add(child);
  const ended = new Promise((done, fail) => child.on('error', fail).on('exit', done));
  return { folder, trace, ended, name };
}

const beginOfExec = /^execve\("[^"]*", \[((?:"(?:[^"\\]|\\.)*"(?:\.\.\.)?(?:, )?)*)\]/;
const endOfExec = /^(?:execve\(|<\.\.\. execve resumed>).*\) += 0$/;

/** Every start that the kernel carried out, and how long the shell's children took until they started something or gave up. */
function readTrace(file) {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, pid, time, call] = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid, time: Number(time) * 1_000, call }];
    });
  const shell = lines[0]?.pid;
  const begun = new Map();
  const starts = [];
  const took = new Map();
  let forkedAt = 0;
  for (const { pid, time, call } of lines) {
    if (pid === shell && /^(?:v?fork|clone3?)\(/.test(call)) forkedAt = time;
    const [, words] = beginOfExec.exec(call) ?? [];
    if (words !== undefined)
      begun.set(
        pid,
        [...words.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) => word),
      );
    const isStarted = endOfExec.test(call);
    if (isStarted) starts.push({ pid: Number(pid), words: begun.get(pid) ?? [] });
    const isSettled = isStarted || call.startsWith('exit_group(');
    if (isSettled && pid !== shell && !took.has(pid)) took.set(pid, time - forkedAt);
  }
  return { starts, longestMs: Math.max(0, ...took.values()) };
}

/** A kill may cut the line that is being written, which nobody was answered for; such a line is passed over by every reader. */
const wholeRecord = /^\{"schema_version".*"hash":"sha256:[0-9a-f]{64}"\}$/;

export function readRecords(directory = state) {
  const folder = join(directory, 'audit');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => wholeRecord.test(line))
    .map((line) => JSON.parse(line));
}

function verifyLog() {
  const words = [resolve('dist', 'cli.js'), 'log', '--verify', '--state-dir', state];
  const environment = { PATH: '/usr/bin:/bin', HOME: root };
  const verified = spawnSync(process.execPath, words, { env: environment, encoding: 'utf8' });
  assert.equal(verified.status, 0, `the log does not verify: ${verified.stdout}${verified.stderr}`);
}

async function endWorkers(busy) {
  writeFileSync(join(root, 'end'), '');
  await within('a worker hangs', patienceMs, Promise.all(busy.map(({ ended }) => ended)));
  rmSync(join(root, 'end'));
  await until('the journal is read', () => !readdirSync(state).some((name) => name.startsWith('journal')));
}

/** Every start that was let through is in the log once, as decided or as run without an answer. */
function checkAllowed({ folder, name }, starts, records) {
  const ran = starts.filter(({ words: [program] }) => program === '/bin/true');
  const told = existsSync(join(folder, 'ran')) ? readFileSync(join(folder, 'ran'), 'utf8').trim() : '';
  assert.equal(ran.length, told === '' ? 0 : told.split('\n').length, `${name} ran what was not traced`);
  const decisions = records.filter(({ tool, cwd }) => tool !== 'rampart' && cwd === folder);
  const pids = new Map();
  for (const { request, pid } of decisions)
    pids.set(request.command, [...(pids.get(request.command) ?? []), pid]);
  for (const { pid, words } of ran) {
    assert.deepEqual(
      pids.get(words.join(' ')),
      [pid],
      `the processes that the log has for ${words.join(' ')}`,
    );
  }
  return ran.length;
}

/** Of what is denied ran exactly what the log has, of that very process, as run without an answer. */
function checkDenied({ folder }, starts, records) {
  const nameOf = (pid, command) => `${String(pid)} ${command}`;
  const ran = starts
    .filter(({ words: [program] }) => program === '/bin/touch')
    .map(({ pid, words }) => nameOf(pid, words.join(' ')));
  const excused = records
    .filter(({ cwd, request }) => cwd === folder && request.command.startsWith('/bin/touch '))
    .filter(({ decision }) => decision.message.startsWith(unanswered))
    .map(({ pid, request }) => nameOf(pid, request.command));
  assert.deepEqual(ran.sort(), excused.sort(), 'what is denied and ran, and what the log has of it');
  return ran.length;
}

/** Ends the workers and holds the log against what the kernel started for them. */
export async function settle(busy) {
  await endWorkers(busy);
  const records = readRecords();
  const ids = records.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'an id is in the log twice');
  let allowed = 0;
  let unasked = 0;
  let longestMs = 0;
  for (const worker of busy) {
    const traced = readTrace(worker.trace);
    allowed += checkAllowed(worker, traced.starts, records);
    unasked += checkDenied(worker, traced.starts, records);
    longestMs = Math.max(longestMs, traced.longestMs);
  }
  assert.ok(allowed > 0, 'nothing was started');
  assert.ok(longestMs < deadlineMs + machineMs, `a start took ${longestMs.toFixed(0)} ms`);
  verifyLog();
  return { starts: allowed, unasked, longestMs: Math.round(longestMs) };
}
