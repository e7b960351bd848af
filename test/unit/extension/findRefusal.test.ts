import assert from 'node:assert/strict';
import { it } from 'node:test';
import { failure, success } from '../../../src/base/result.ts';
import type { AuditQuery, EndpointClient } from '../../../src/client/endpointClient.ts';
import { findRefusal } from '../../../src/extension/model/findRefusal.ts';
import { auditRecord } from '../../support/records.ts';

/** An endpoint whose days hold these refusals, the newest first. */
function createLog(
  days: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
): Pick<EndpointClient, 'auditDates' | 'auditEvents'> {
  return {
    auditDates: () => Promise.resolve(success(Object.keys(days).sort().reverse())),
    auditEvents: ({ date = '', action = '', limit = 50, offset = 0 }: AuditQuery) => {
      const ids = days[date]?.[action] ?? [];
      const events = ids.slice(offset, offset + limit).map((id) => auditRecord({ id }));
      const nextOffset = offset + limit < ids.length ? offset + limit : null;
      return Promise.resolve(success({ events, totalInFile: ids.length, nextOffset }));
    },
  };
}

const many = Array.from({ length: 700 }, (_, index) => `${String(index).padStart(8, '0')}ff`);
const log = createLog({
  '2026-01-03': { deny: many },
  '2026-01-01': { deny: ['aaaaaaaa01'], ask: ['bbbbbbbb02'] },
});

it('finds a refusal of any day by the first digits of its id, and what a person was asked about', async () => {
  for (const id of ['00000699ff', 'aaaaaaaa01', 'bbbbbbbb02'])
    assert.equal((await findRefusal(log, id.slice(0, 8)))?.id, id);
});

it('finds none where there is none, or where nobody can be asked', async () => {
  assert.equal(await findRefusal(log, 'cccccccc'), null);
  const error = { code: 'malformed', message: 'gone' } as const;
  const away = { ...log, auditEvents: () => Promise.resolve(failure(error)) };
  assert.equal(await findRefusal(away, 'aaaaaaaa'), null);
});
