// What the extension costs in a real VS Code and its panel in a real Chromium: `npm run bench:extension`, after
// `npm run build` and `npm run package`. It writes docs/extension-benchmarks.md; TEST_EDITOR=oldest takes the oldest VS
// Code that the extension supports, and writes nothing. Times are reported against their targets; what the panel takes
// with all its rows, to two frames with nothing to do, is a ratio of one run, and gates.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { format } from 'prettier';
import { startHost } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { formatTargets, gateRatios, noteOnTargets } from './targets.mjs';

const root = findRepository();
const vsix = join(root, `rampart-${process.platform}-${process.arch}.vsix`);
const scratch = mkdtempSync(join(tmpdir(), 'rp-bench-'));
const burstPerSecond = 5_000;
const burstSeconds = 4;
const sliceMs = 20;
const panelRows = 50_000;
const isOldest = process.env['TEST_EDITOR'] === 'oldest';
const pauseTarget = isOldest ? '100 ms' : '50 ms';
/** Where to write a profile of the burst, when one is wanted. @type {Record<string, string>} */
const profileWish = process.env['BENCH_PROFILE'] ? { BENCH_PROFILE: process.env['BENCH_PROFILE'] } : {};

/** @param {number} index */
function createRecord(index) {
  const isDenied = index % 20 === 0;
  return {
    schema_version: 'rampart.audit.v1',
    id: index.toString(16).padStart(32, '0'),
    timestamp: new Date(Date.now()).toISOString(),
    agent: 'preload',
    session: 'preload-7',
    tool: 'exec',
    request: { command: `tool-${(index * 7_919) % 997} --number ${index}` },
    decision: {
      action: isDenied ? 'deny' : 'allow',
      message: isDenied ? 'said in a benchmark' : '',
      matched_policies: null,
      evaluation_time_us: 20,
    },
    actor: 'unknown',
    rule: null,
    argv: null,
    exe: '/bin/tool',
    cwd: '/tmp',
    pid: index,
    ppid: 6,
    sid: index % 9,
    door: 'execve',
    markers: [],
    guardable: true,
    truncated: false,
    enforced: true,
    mode: 'enforce',
  };
}

/** An endpoint that is healthy, knows nothing, and tells of as many decisions as it is asked to. @param {string} socket */
async function startStandIn(socket) {
  /** @type {Set<import('node:http').ServerResponse>} */
  const readers = new Set();
  const health = {
    service: 'rampart',
    status: 'ok',
    mode: 'enforce',
    uptime_seconds: 1,
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    pid: process.pid,
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://rampart');
    if (pathname === '/v1/events/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const connected = { type: 'connected', ...health, policy_generation: 1 };
      response.write(`id: 1\ndata: ${JSON.stringify(connected)}\n\n`);
      readers.add(response);
      return;
    }
    if (pathname === '/bench/burst') {
      sendBurst(readers).then(
        (last) => response.end(last),
        (error) => response.destroy(error),
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(health));
  });
  await new Promise((resolve) => server.listen(socket, () => resolve(undefined)));
  return server;
}

/** @param {Set<import('node:http').ServerResponse>} readers */
async function sendBurst(readers) {
  const count = burstPerSecond * burstSeconds;
  const lines = Array.from(
    { length: count },
    (_, index) =>
      `id: ${index + 2}\ndata: ${JSON.stringify({ type: 'audit', event: createRecord(index + 1) })}\n\n`,
  );
  const began = performance.now();
  for (let next = 0; next < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1_000) * burstPerSecond));
    const text = lines.slice(next, due).join('');
    if (text !== '') for (const reader of readers) reader.write(text);
    next = due;
    await new Promise((resolve) => setTimeout(resolve, sliceMs));
  }
  return createRecord(count).id;
}

/** @param {Record<string, string>} environment @param {Record<string, unknown>} settings */
async function measureInHost(environment, settings) {
  const results = join(scratch, 'results.json');
  const suite = join(scratch, 'inHost.cjs');
  await build({
    entryPoints: [join(root, 'test/bench/inHost.ts')],
    outfile: suite,
    bundle: true,
    external: ['vscode'],
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
  });
  const host = await startHost({
    driver: true,
    vsix: [vsix],
    settings: { 'rampart.notifications.showDenials': false, ...settings },
    environment: { BENCH_RESULTS: results, ...profileWish, ...environment },
  });
  try {
    const run = await host.runTests({
      development: [join(root, 'test/editor/harness')],
      tests: suite,
      results,
      timeoutMs: 180_000,
    });
    if (!run.ok) throw new Error(run.problem);
    return JSON.parse(readFileSync(results, 'utf8'));
  } finally {
    await host.stop();
  }
}

/** The page of the panel alone, with what the editor gives it played. */
async function measurePanel() {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 400 } });
    await page.setContent('<!DOCTYPE html><html><body></body></html>');
    await page.addStyleTag({ path: join(root, 'media/panel.css') });
    await page.evaluate(() => {
      Object.assign(globalThis, {
        acquireVsCodeApi: () => ({
          postMessage: () => undefined,
          getState: () => null,
          setState: () => undefined,
        }),
      });
    });
    await page.addScriptTag({ path: join(root, 'dist/panel.js') });
    const records = Array.from({ length: panelRows }, (_, index) => createRecord(index + 1));
    return await page.evaluate(async (all) => {
      const painted = () =>
        new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(undefined), 0)));
      /** @param {() => void} act */
      const time = async (act) => {
        const began = performance.now();
        act();
        await painted();
        await painted();
        return performance.now() - began;
      };
      /** @param {string} selector @param {string} value */
      const set = (selector, value) => {
        const field = /** @type {HTMLInputElement} */ (document.querySelector(selector));
        field.value = value;
        field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input'));
      };
      // The first frames of a page are its own.
      await time(() => undefined);
      const still = await time(() => undefined);
      const taken = await time(() => window.postMessage({ type: 'records', records: all }, '*'));
      const shown = await time(() => set('select', ''));
      const searched = await time(() => set('input', 'number 4999'));
      await time(() => set('input', ''));
      const sorted = await time(() =>
        /** @type {HTMLElement} */ (document.querySelectorAll('.head button')[2]).click(),
      );
      const grid = /** @type {HTMLElement} */ (document.querySelector('.grid'));
      const scrolled = await time(() => (grid.scrollTop = 600_000));
      return {
        still,
        taken,
        shown,
        searched,
        sorted,
        scrolled,
        rows: document.querySelectorAll('.row').length,
      };
    }, records);
  } finally {
    await browser.close();
  }
}

/** @param {string} name @param {number} value @param {string} unit @param {string} [target] */
function show(name, value, unit, target = '') {
  const line = `| ${name} | ${value.toFixed(1)} ${unit} | ${target} |`;
  process.stdout.write(`${line}\n`);
  lines.push(line);
}

/** @type {string[]} */
const lines = [];
const state = join(scratch, 'state');
const load = loadavg()[0] ?? 0;
try {
  mkdirSync(state, { mode: 0o700 });
  const socket = join(state, 'endpoint.sock');
  const server = await startStandIn(socket);
  const guarded = { 'rampart.guard.enabled': true };
  const burst = await measureInHost({ RAMPART_STATE_DIR: state, BENCH_SOCKET: socket }, guarded);
  server.closeAllConnections();
  server.close();
  show('`activate()`, guard on', burst.activationMs, 'ms', '50 ms');
  show('longest pause of the extension host, nothing happens', burst.idle.wallMs, 'ms');
  show('processor time of the longest turn, nothing happens', burst.idle.cpuMs, 'ms');
  show(
    'longest pause, 5,000 decisions a second, tree and panel shown',
    burst.burst.wallMs,
    'ms',
    pauseTarget,
  );
  show('processor time of the longest turn then', burst.burst.cpuMs, 'ms', pauseTarget);
  const perThousand = burst.cpuMs / ((burstPerSecond * burstSeconds) / 1_000);
  show('processor time of the extension host for 1,000 decisions', perThousand, 'ms');
  show(`heap more after ${burstPerSecond * burstSeconds} decisions (${burst.kept} kept)`, burst.heapMb, 'MB');
  const switched = await measureInHost({}, {});
  show('`activate()`, guard off', switched.activationMs, 'ms', '50 ms');
  show('mode switch to effect in an open terminal, median', switched.switched, 'ms', '100 ms');
  show('mode switch to effect in an open terminal, slowest of 7', switched.slowest, 'ms');
  const panel = await measurePanel();
  show('panel: two frames with nothing to do', panel.still, 'ms');
  show(`panel, ${panelRows} rows: taken in and shown`, panel.taken, 'ms');
  show(`panel, ${panelRows} rows: all outcomes instead of denials`, panel.shown, 'ms');
  show(`panel, ${panelRows} rows: searched for a text`, panel.searched, 'ms');
  show(`panel, ${panelRows} rows: sorted by command`, panel.sorted, 'ms');
  show(`panel, ${panelRows} rows: scrolled far (${panel.rows} in the page)`, panel.scrolled, 'ms');
  const targets = readTargets(panel);
  const table = formatTargets(targets);
  process.stdout.write(`\n${table}\n`);
  gateRatios(targets);
  if (!isOldest) await writeDocument(table);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/**
 * What a person waits for in the panel, in pairs of frames.
 * @param {{ still: number, shown: number, searched: number, sorted: number, scrolled: number }} panel
 */
function readTargets({ still, shown, searched, sorted, scrolled }) {
  /** @type {readonly (readonly [what: string, time: number, most: number])[]} */
  const works = [
    ['all outcomes instead of denials', shown, 4],
    ['searched for a text', searched, 2],
    ['sorted by command', sorted, 10],
    ['scrolled far', scrolled, 2],
  ];
  return works.map(([what, time, most]) => ({
    kind: /** @type {const} */ ('ratio'),
    what: `panel, ${panelRows} rows: ${what}, to two frames with nothing to do`,
    measured: time / still,
    most,
  }));
}

/** @param {string} table */
async function writeDocument(table) {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'processor'}, ${process.platform}`;
  const text = [
    '# Benchmarks of the extension',
    '',
    `Made by \`npm run bench:extension\` on ${machine}, with a load of ${load.toFixed(1)} before: pauses and times hold what else the machine did, processor time does not.`,
    'The extension is the packaged one in VS Code’s server; the burst comes from a stand-in for the endpoint, the panel is its own page in Chromium.',
    '',
    '| what | measured | target |',
    '| --- | --- | --- |',
    ...lines,
    '',
    table,
    '',
    noteOnTargets,
    '',
  ].join('\n');
  const file = join(root, 'docs/extension-benchmarks.md');
  writeFileSync(file, await format(text, { parser: 'markdown', printWidth: 110 }));
}
