import type { EndpointClient } from '../../client/endpointClient.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';

/** How many records are asked for at once: the most that the endpoint gives. */
const pageRecords = 500;

/** How many pages of a day are looked through, and how many days, the newest first. */
const maxPages = 20;
const maxDays = 14;

/** What the search asks the endpoint. */
type LogReader = Pick<EndpointClient, 'auditDates' | 'auditEvents'>;

/** Finds a refusal by the first digits of its id; null when the newest days of the log have none, or cannot be read. */
export async function findRefusal(client: LogReader, digits: string): Promise<AuditRecord | null> {
  const dates = await client.auditDates();
  for (const date of dates.ok ? dates.value.slice(0, maxDays) : []) {
    for (const action of ['deny', 'ask']) {
      const found = await findInDay(client, { date, action }, digits);
      if (found !== null) return found;
    }
  }
  return null;
}

async function findInDay(
  client: LogReader,
  day: { readonly date: string; readonly action: string },
  digits: string,
): Promise<AuditRecord | null> {
  let offset: number | null = 0;
  for (let pages = 0; offset !== null && pages < maxPages; pages += 1) {
    const page: Awaited<ReturnType<LogReader['auditEvents']>> = await client.auditEvents({
      ...day,
      offset,
      limit: pageRecords,
    });
    if (!page.ok) return null;
    const found = page.value.events.find(({ id }) => id.startsWith(digits));
    if (found !== undefined) return found;
    offset = page.value.nextOffset;
  }
  return null;
}
