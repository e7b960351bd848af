// What the views cost the extension host and the panel: `npm run bench:extension`. No test judges these numbers.
// Times are CPU time of this process, so that a busy machine changes them little.
import { DecisionStore } from '../../src/client/decisionStore.ts';
import { noFilter } from '../../src/presentation/decisionFilter.ts';
import { groupDecisions } from '../../src/presentation/decisionGroups.ts';
import { DecisionTable, maxTableRows } from '../../src/presentation/decisionTable.ts';
import { buildTimeline } from '../../src/presentation/timeline.ts';
import type { AuditRecord } from '../../src/protocol/auditRecord.ts';
import { parseStreamEvent } from '../../src/protocol/parseStreamEvent.ts';
import { auditRecord } from '../support/records.ts';

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

function measure(name: string, run: () => void): void {
  run();
  const times = Array.from({ length: 5 }, () => timeOf(run)).sort((first, second) => first - second);
  show(name, times[2] ?? 0);
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

function panel(): void {
  const records = Array.from({ length: maxTableRows }, (_, index) => createDecision(index));
  const table = new DecisionTable();
  table.add(records);
  const everything = {
    filter: noFilter,
    range: null,
    terminalName: ({ sid }: { readonly sid: number | null }) => `terminal ${sid ?? 0}`,
  };
  const byTime = { column: 'time', descending: true } as const;
  const byCommand = { column: 'command', descending: false } as const;
  measure('panel, 50,000 rows: taken in', () => void new DecisionTable().add(records));
  measure(
    'panel, 50,000 rows: shown, newest first',
    () => void table.select({ ...everything, sort: byTime }),
  );
  measure('panel, 50,000 rows: searched for a text', () => {
    table.select({ ...everything, sort: byTime, filter: { ...noFilter, text: 'number 4999' } });
  });
  measure(
    'panel, 50,000 rows: sorted by command',
    () => void table.select({ ...everything, sort: byCommand }),
  );
  measure('panel, 50,000 rows: timeline', () => void buildTimeline(table.rows, 80, null));
}

await burst();
panel();
