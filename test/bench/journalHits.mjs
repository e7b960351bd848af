// @ts-check
// Journals as libraries leave them that found their starts in the verdict table.
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** How many different starts there are; a configure and make of GNU hello has as many. */
export const distinctHits = 500;

/** How many frames one journal has: what a build starts in a second. */
const framesPerJournal = 300;

/** What of the commands of askers.c is the same for everybody, by its place in that list. */
const commands = new Map([
  [1, ['ls', '-la', '/work/project/src']],
  [2, ['grep', '-rn', 'createServer', 'src']],
  [3, ['node', 'scripts/build.mjs', '--watch=false']],
  [5, ['sed', '-n', '1,120p', 'src/index.ts']],
  [6, ['cat', 'package.json']],
]);

/** Starts of which askers.c asks as well, so that they have verdicts. */
const starts = Array.from({ length: distinctHits }, (_none, serial) => {
  const argv = commands.get(serial % 8);
  return argv === undefined ? [] : [[...argv, `n${String(serial)}`]];
}).flat();

/**
 * What puts so many hits into a state directory, and resolves when the endpoint has taken them.
 * @param {string} directory for files of the benchmark's own
 * @returns {Promise<(state: string, count: number) => Promise<void>>}
 */
export async function createHits(directory) {
  const outfile = join(directory, 'journalFrame.mjs');
  const entryPoints = [resolve('src', 'system', 'journalFrame.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' });
  /** @type {typeof import('../../src/system/journalFrame.ts')} */
  const { formatJournalFrame } = await import(pathToFileURL(outfile).href);
  /** @param {number} index */
  const frameOf = (index) => {
    const argv = starts[index % starts.length] ?? [];
    const formatted = formatJournalFrame({
      kind: 'table',
      argvCut: false,
      guardable: true,
      errno: 0,
      id: randomBytes(16).toString('hex'),
      time: BigInt(Date.now()) * 1_000_000n,
      pid: process.pid,
      ppid: process.ppid,
      sid: process.pid,
      markers: [],
      started: 0,
      library: null,
      door: 'execve',
      agent: 'preload',
      session: 'bench',
      exe: `/usr/bin/${argv[0] ?? ''}`,
      cwd: '/tmp',
      argv,
    });
    if (!formatted.ok) throw new Error(formatted.error);
    return formatted.value;
  };
  return async (state, count) => {
    const journal = join(state, 'journal');
    for (let put = 0; put < count; put += framesPerJournal) {
      const frames = Array.from({ length: Math.min(framesPerJournal, count - put) }, (_none, index) =>
        frameOf(put + index),
      );
      const file = join(directory, 'journal');
      writeFileSync(file, Buffer.concat(frames), { mode: 0o600 });
      renameSync(file, journal);
      while (existsSync(journal) || existsSync(`${journal}.1`)) await sleep(5);
    }
  };
}
