// What the views cost the extension host and the panel: `npm run bench:extension`. Times are CPU time of this process, so
// that a busy machine changes them little; they are reported. What ten times as many rows cost more is a ratio of one
// run, and gates.
import { DecisionStore } from '../../src/client/decisionStore.ts';
import { noFilter } from '../../src/presentation/decisionFilter.ts';
import { groupDecisions } from '../../src/presentation/decisionGroups.ts';
import { DecisionTable, maxTableRows } from '../../src/presentation/decisionTable.ts';
import { buildTimeline } from '../../src/presentation/timeline.ts';
import type { AuditRecord } from '../../src/protocol/auditRecord.ts';
import { parseStreamEvent } from '../../src/protocol/parseStreamEvent.ts';
import { auditRecord } from '../support/records.ts';
import { formatTargets, gateRatios, noteOnTargets } from './targets.mjs';

const burstPerSecond = 5_000;
const burstSeconds = 3;
const sliceMs = 10;
const repaintMs = 250;
const startedAt = Date.UTC(2026, 10, 22);

function createDecision(index: number): AuditRecord {
  const isDenied = index % 20 === 0;
  return auditRecord({
    id: index.toString(16).padStart(32, '0'),
    timestamp: new Date(startedAt + index).toISOString(),
    request: { command: `tool-${(index * 7_919) % 997} --number ${index}` },
    decision: {
      action: isDenied ? 'deny' : 'allow',
      message: isDenied ? 'said in a benchmark' : '',
      matched_policies: null,
      evaluation_time_us: 20,
    },
    sid: index % 9,
    enforced: true,
  });
}

function show(name: string, milliseconds: number): void {
  process.stdout.write(`${name.padEnd(56)} ${milliseconds.toFixed(1).padStart(8)} ms\n`);
}

/** CPU time of one run, in milliseconds. */
function timeOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The median of several runs, in milliseconds. */
function measure(run: () => void): number {
  run();
  const times = Array.from({ length: 5 }, () => timeOf(run)).sort((first, second) => first - second);
  return times[2] ?? NaN;
}

/** A window's work per decision and per repaint, at a rate that no person reads; the longest pause of its event loop. */
async function burst(): Promise<void> {
  const store = new DecisionStore();
  const lines = Array.from({ length: burstPerSecond * burstSeconds }, (_, index) =>
    JSON.stringify({ type: 'audit', event: createDecision(index) }),
  );
  let longestMs = 0;
  const run = (work: () => void): void => {
    longestMs = Math.max(longestMs, timeOf(work));
  };
  const paint = (): void => {
    groupDecisions(store.decisions.toReversed(), {
      grouping: 'source',
      maxRows: 500,
      sessionName: ({ sid }) => `terminal ${sid ?? 0}`,
    });
  };
  const feed = (): string => JSON.stringify(store.decisions.slice((-burstPerSecond * repaintMs) / 1_000));
  const repaint = setInterval(() => {
    run(paint);
    run(feed);
  }, repaintMs);
  const began = performance.now();
  for (let next = 0; next < lines.length;) {
    const due = Math.min(lines.length, Math.floor(((performance.now() - began) / 1_000) * burstPerSecond));
    const last = Math.min(due, next + (burstPerSecond * sliceMs) / 1_000);
    run(() => {
      for (; next < last; next += 1) {
        const event = parseStreamEvent(JSON.parse(lines[next] ?? ''));
        if (event.ok && event.value.type === 'audit') store.add([event.value.event]);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, next < due ? 0 : sliceMs));
  }
  clearInterval(repaint);
  store.dispose();
  show('5,000 decisions a second: longest piece of work', longestMs);
}

/** What the panel does with so many rows, in milliseconds each. */
function measurePanel(rows: number): ReadonlyMap<string, number> {
  const records = Array.from({ length: rows }, (_, index) => createDecision(index));
  const table = new DecisionTable();
  table.add(records);
  const everything = {
    filter: noFilter,
    range: null,
    terminalName: ({ sid }: { readonly sid: number | null }) => `terminal ${sid ?? 0}`,
  };
  const byTime = { column: 'time', descending: true } as const;
  const byCommand = { column: 'command', descending: false } as const;
  const filter = { ...noFilter, text: 'number 4999' };
  const works: readonly (readonly [name: string, run: () => unknown])[] = [
    ['taken in', () => new DecisionTable().add(records)],
    ['shown, newest first', () => table.select({ ...everything, sort: byTime })],
    ['searched for a text', () => table.select({ ...everything, sort: byTime, filter })],
    ['sorted by command', () => table.select({ ...everything, sort: byCommand })],
    ['timeline', () => buildTimeline(table.rows, 80, null)],
  ];
  return new Map(works.map(([name, run]) => [name, measure(() => void run())]));
}

/** Sorting and the memory's caches make of ten times the rows up to 35 times the work; a square would make 100 of it. */
const mostForTenfold = 50;

function panel(): void {
  const [few, many] = [measurePanel(maxTableRows / 10), measurePanel(maxTableRows)];
  for (const [name, time] of many) show(`panel, 50,000 rows: ${name}`, time);
  const targets = [...many].map(([name, time]) => ({
    kind: 'ratio' as const,
    what: `panel, ${name}: 50,000 rows to 5,000`,
    measured: time / (few.get(name) ?? NaN),
    most: mostForTenfold,
  }));
  process.stdout.write(`\n${formatTargets(targets)}\n\n${noteOnTargets}\n\n`);
  gateRatios(targets);
}

await burst();
panel();
