import { openLogDay } from '../auditFolder.ts';
import { isAuditDate, listAuditDates, readAuditStats } from '../auditQuery.ts';
import { refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';
import { wordIn } from './auditEvents.ts';

/** How many days one count covers, as the peer has it. */
const maxDays = 366;

const dayMs = 86_400_000;

/** `GET /v1/audit/dates`: the days that have a log. */
export const handleAuditDates: Handler = (_request, parts) =>
  respond(200, { dates: listAuditDates(parts.auditFolder), configured: true });

/** `GET /v1/audit/export`: the log of a day as it stands on disk. */
export const handleAuditExport: Handler = ({ query }, parts) => {
  const date = query.get('date') ?? '';
  if (!isAuditDate(date)) return refuse(400, 'date is written YYYY-MM-DD');
  const descriptors = openLogDay(parts.auditFolder, date);
  if (descriptors.length === 0) return refuse(404, 'there is no log of that day');
  return { kind: 'files', descriptors, contentType: 'application/jsonl' };
};

/** `GET /v1/audit/stats`: counts over some days, both ends included; without ends, today. */
export const handleAuditStats: Handler = async ({ query }, parts) => {
  const today = new Date(parts.deciders.clock.now()).toISOString().slice(0, 10);
  const to = wordIn(query, 'to') ?? today;
  const from = wordIn(query, 'from') ?? to;
  if (!isAuditDate(from) || !isAuditDate(to)) return refuse(400, 'from and to are written YYYY-MM-DD');
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  if (!(days >= 1 && days <= maxDays)) return refuse(400, `from and to are 1 to ${maxDays} days`);
  const dates = listAuditDates(parts.auditFolder).filter((date) => date >= from && date <= to);
  const stats = await readAuditStats(parts.auditFolder, dates);
  return stats.ok ? respond(200, stats.value) : refuse(500, stats.error);
};
