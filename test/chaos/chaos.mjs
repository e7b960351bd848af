// What happens to the endpoint in a bad hour: `npm run chaos [-- --kills=N]`, after `npm run build`; `--short` is the round
// of `npm test`.
// The oracle is what the kernel started, as strace saw it, not what the endpoint says: every start must be in the log once, under
// the process that it was, must have begun or given up within the library's deadline, and nothing that the policy denies may have
// run while somebody could have been asked. The last line is PASS, or FAIL with the first thing that is wrong; then it exits 1.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ask,
  checkAnswers,
  children,
  deadlineMs,
  isShort,
  pause,
  root,
  setClock,
  startEndpoint,
  state,
  until,
  within,
} from './scene.mjs';
import { roundOfSilence } from './silence.mjs';
import { readRecords, settle, startWorker } from './workers.mjs';

const kills = Number(/--kills=(\d+)/.exec(process.argv.join(' '))?.[1] ?? (isShort ? 4 : 200));
const workers = isShort ? 3 : 8;

/** How long an endpoint may live on without its state directory, in milliseconds. */
const goneMs = 10_000;

/** Kills the endpoint again and again while programs start, now and then one that hangs. */
async function roundOfKills() {
  let endpoint = await startEndpoint();
  const busy = Array.from({ length: workers }, (_none, index) => startWorker(`w${String(index)}`));
  for (let count = 0; count < kills; count += 1) {
    await pause(50 + Math.random() * 1_500);
    // One that hangs before it dies answers nobody: then a start waits as long as it ever may.
    if (count % 10 === 1) {
      endpoint.child.kill('SIGSTOP');
      await pause(deadlineMs + 500);
    }
    endpoint.child.kill('SIGKILL');
    await endpoint.ended;
    endpoint = await startEndpoint();
    if (count % 20 === 19) process.stderr.write(`${String(count + 1)} of ${String(kills)} kills\n`);
  }
  const { starts, unasked, longestMs } = await settle(busy);
  assert.ok(starts > unasked, 'nothing was refused: the endpoint never lived long enough to be asked');
  assert.ok(longestMs > deadlineMs / 2, 'no start was kept waiting');
  process.stdout.write(
    `${String(kills)} kills: ${String(starts)} starts, each in the log once, the longest in ${String(longestMs)} ms; of as many denied ones ${String(unasked)} ran, each in the log as one that nobody could be asked about\n`,
  );
  return endpoint;
}

/** The machine's clock jumps to and fro by up to two days while programs start; nobody is killed, so nothing denied may run. */
async function roundOfClocks() {
  const busy = [startWorker('c0'), startWorker('c1')];
  const hours = isShort ? [25, -25, 0] : [1, -1, 25, -25, 48, -48, 47, 0.5, -24, 0];
  for (const [index, hour] of hours.entries()) {
    await until('programs start', () => existsSync(join(busy[0].folder, 'ran')));
    setClock(hour * 3_600_000);
    await until('the jump is in the log', async () => {
      const command = `ls jump${String(index)}`;
      await ask(command);
      const last = readRecords().findLast(({ request }) => request.command === command);
      return Math.abs(Date.parse(last.timestamp) - Date.now() - hour * 3_600_000) < 60_000;
    });
    await pause(isShort ? 300 : 2_000);
    await checkAnswers();
  }
  const { starts, unasked, longestMs } = await settle(busy);
  assert.equal(unasked, 0, 'something that is denied ran');
  process.stdout.write(
    `${String(hours.length)} jumps of the clock: ${String(starts)} starts, each in the log once, in one chain, the longest in ${String(longestMs)} ms\n`,
  );
}

/** The disk takes nothing more: decisions go on, and what they were is in the log when there is room again. */
async function roundOfFullDisk() {
  // A small disk that the endpoint alone has; we reach into its world through its root.
  const place = join(root, 'disk');
  mkdirSync(place);
  const mount = `mount -t tmpfs -o size=2m,mode=700 none '${place}' && exec "$@"`;
  const endpoint = await startEndpoint(join(place, 'd'), ['unshare', '-rm', 'sh', '-c', mount, 'sh']);
  const disk = `/proc/${String(endpoint.child.pid)}/root${place}`;
  const directory = join(disk, 'd');
  const socketPath = join(directory, 'endpoint.sock');
  assert.throws(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(4_194_304)), /ENOSPC/);
  const count = isShort ? 50 : 300;
  for (let index = 0; index < count; index += 1) {
    assert.match(await ask(`ls full${String(index)}`, socketPath), /"allowed":true/);
    assert.match(await ask(`touch forbidden${String(index)}`, socketPath), /"allowed":false/);
  }
  assert.match(endpoint.complaints(), /ENOSPC|no space/i);
  rmSync(join(disk, 'filler'));
  const commandsIn = () =>
    readRecords(directory)
      .map(({ request }) => request.command)
      .filter((command) => /full|forbidden/.test(command));
  await until('the log has caught up', () => commandsIn().length >= 2 * count);
  assert.equal(new Set(commandsIn()).size, 2 * count);
  assert.equal(commandsIn().length, 2 * count, 'a record is in the log twice');
  endpoint.child.kill('SIGTERM');
  await endpoint.ended;
  assert.doesNotMatch(endpoint.complaints(), /not foreseen/);
  process.stdout.write(`a full disk: ${String(2 * count)} decisions, each in the log once afterwards\n`);
}

/** What lies in the state directory is no reason to fall over, and its loss is the end of the endpoint, not of a program. */
async function roundOfLoss(endpoint) {
  for (const name of ['journal', 'journal.7', 'mode.json', 'approvals.json', 'state']) {
    writeFileSync(
      join(state, name),
      Buffer.from(Array.from({ length: 5_000 }, () => Math.floor(Math.random() * 256))),
    );
  }
  await until('the journal is read', () => !existsSync(join(state, 'journal')));
  await checkAnswers();
  // What the endpoint makes while the directory is emptied is removed with the next try.
  await until('the state directory is gone', () => {
    try {
      rmSync(state, { recursive: true, force: true });
      return true;
    } catch {
      return false;
    }
  });
  await within('it stays without a state directory', goneMs, endpoint.ended);
  assert.doesNotMatch(endpoint.complaints(), /not foreseen/);
  const again = await startEndpoint();
  await checkAnswers();
  again.child.kill('SIGTERM');
  await again.ended;
  assert.doesNotMatch(again.complaints(), /not foreseen/);
  process.stdout.write(
    'a state directory full of noise, and gone: the endpoint ended, the next one answered\n',
  );
}

const began = performance.now();
try {
  const endpoint = await roundOfKills();
  await roundOfClocks();
  await roundOfSilence(endpoint);
  await roundOfLoss(endpoint);
  await roundOfFullDisk();
  process.stdout.write(`PASS in ${String(Math.round((performance.now() - began) / 1_000))} s\n`);
} catch (thrown) {
  process.stdout.write(`FAIL: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
} finally {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  // They may still write for a moment.
  rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
