import assert from 'node:assert/strict';
import { it } from 'node:test';
import { success } from '../../../src/base/result.ts';
import { DecisionStore, maxLoadedDecisions } from '../../../src/client/decisionStore.ts';
import type { AuditQuery, EndpointClient } from '../../../src/client/endpointClient.ts';
import { OlderDecisions } from '../../../src/extension/model/olderDecisions.ts';
import type { AuditRecord } from '../../../src/protocol/auditRecord.ts';
import { auditRecord } from '../../support/records.ts';

/** An endpoint whose days hold so many records each. */
function createLog(
  days: Readonly<Record<string, number>>,
): Pick<EndpointClient, 'auditDates' | 'auditEvents'> {
  const dates = Object.keys(days).sort().reverse();
  return {
    auditDates: () => Promise.resolve(success(dates)),
    auditEvents: ({ date = '', limit = 50, offset = 0 }: AuditQuery) => {
      const total = days[date] ?? 0;
      const events = recordsOf(date, total).slice(offset, offset + limit);
      const nextOffset = offset + limit < total ? offset + limit : null;
      return Promise.resolve(success({ events, totalInFile: total, nextOffset }));
    },
  };
}

/** The newest first. */
function recordsOf(date: string, count: number): readonly AuditRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const time = new Date(Date.parse(`${date}T00:00:00Z`) + (count - index) * 1000);
    return auditRecord({ id: `${date}-${index}`, timestamp: time.toISOString() });
  });
}

it('goes on behind what is kept, page by page and day by day', async () => {
  const decisions = new DecisionStore();
  decisions.add(recordsOf('2026-01-03', 700).slice(0, 500));
  const older = new OlderDecisions(createLog({ '2026-01-03': 700, '2026-01-01': 30 }), decisions);
  const added: unknown[] = [];
  while (older.mayHaveMore) added.push(await older.load());
  assert.deepEqual(added, [success(200), success(30)]);
  assert.deepEqual([decisions.decisions.length, decisions.decisions[0]?.id], [730, '2026-01-01-29']);
  assert.deepEqual(await older.load(), success(0));
});

it('keeps more than the stream alone would, and never more than the bound', async () => {
  const decisions = new DecisionStore();
  const older = new OlderDecisions(createLog({ '2026-01-03': maxLoadedDecisions + 1_000 }), decisions);
  while (older.mayHaveMore) await older.load();
  assert.equal(decisions.decisions.length, maxLoadedDecisions);
  assert.equal(decisions.decisions.at(-1)?.id, '2026-01-03-0');
});

it('has nothing to load where nothing was recorded', async () => {
  const older = new OlderDecisions(createLog({}), new DecisionStore());
  assert.deepEqual([await older.load(), older.mayHaveMore], [success(0), false]);
});
