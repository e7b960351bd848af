import { isAuditDate, readAuditPage } from '../auditQuery.ts';
import { refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

const defaultLimit = 50;
const maxLimit = 500;

/** `GET /v1/audit/events`: a day's records, the newest first; `next_offset` is 0 at the end, as the peer has it. */
export const handleAuditEvents: Handler = async ({ query }, parts) => {
  const date = wordIn(query, 'date') ?? new Date(parts.deciders.clock.now()).toISOString().slice(0, 10);
  if (!isAuditDate(date)) return refuse(400, 'date is written YYYY-MM-DD');
  const limit = countIn(query, 'limit', defaultLimit);
  const offset = countIn(query, 'offset', 0);
  if (limit === null || offset === null) return refuse(400, 'limit and offset are whole numbers');
  const filter = {
    tool: wordIn(query, 'tool'),
    action: wordIn(query, 'action'),
    agent: wordIn(query, 'agent'),
    session: wordIn(query, 'session'),
  };
  const page = await readAuditPage(parts.auditFolder, date, filter, {
    limit: Math.min(limit, maxLimit),
    offset,
  });
  return page.ok
    ? respond(200, {
        events: page.value.events,
        total_in_file: page.value.total,
        next_offset: page.value.next,
        date,
      })
    : refuse(500, page.error);
};

/** As the peer has it, an empty word is none. */
export function wordIn(query: URLSearchParams, name: string): string | null {
  const word = query.get(name);
  return word === '' ? null : word;
}

function countIn(query: URLSearchParams, name: string, absent: number): number | null {
  const text = query.get(name);
  if (text === null || text === '') return absent;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
