import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { isRecord } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { routes } from '../../protocol/routes.ts';
import type { UpstreamAnswer, UpstreamCall } from './transport.ts';

/** How many records are asked for at once: 50 of the usual length are well below the longest answer that is read. */
const pageLength = 50;

/** How many pages are read at most: what was missed longer than that is told of as lost. */
const maxPages = 40;

/** How many ids are remembered. */
const maxKnown = 4_096;

const callTimeoutMs = 2_000;

type Ask = (call: UpstreamCall) => Promise<Result<UpstreamAnswer, string>>;

interface Page {
  /** The newest first. */
  readonly events: readonly UnknownRecord[];
  readonly date: string;
  /** Where the next page begins; 0 when there is none. */
  readonly next: number;
}

/**
 * Finds what an upstream recorded while its stream, which replays nothing, was not read: its log is read backwards
 * to a record that is known.
 */
export class MissedEvents {
  readonly #known = new Set<string>();
  /** The day up to whose beginning everything is missed, where no record was there yet; null when one was. */
  #emptyDay: string | null = null;
  #isBegun = false;

  /** Whether a record is new; it is known from now on. */
  note(id: unknown): boolean {
    if (typeof id !== 'string' || id === '') return true;
    if (this.#known.has(id)) return false;
    this.#known.add(id);
    const [oldest] = this.#known.size > maxKnown ? this.#known : [];
    if (oldest !== undefined) this.#known.delete(oldest);
    return true;
  }

  /** What was recorded behind the last known record, the oldest first; a failure says why that cannot be told. */
  async read(ask: Ask): Promise<Result<readonly UnknownRecord[], string>> {
    return this.#isBegun ? this.#readBack(ask) : this.#begin(ask);
  }

  /** Nothing is missed by who reads for the first time; the newest record is where the next reading ends. */
  async #begin(ask: Ask): Promise<Result<readonly UnknownRecord[], string>> {
    const page = await readPage(ask, null, 0);
    if (!page.ok) return success([]);
    this.#isBegun = true;
    const [newest] = page.value.events;
    if (newest === undefined) this.#emptyDay = page.value.date;
    else this.note(newest['id']);
    return success([]);
  }

  async #readBack(ask: Ask): Promise<Result<readonly UnknownRecord[], string>> {
    const missed: UnknownRecord[] = [];
    let date: string | null = null;
    let offset = 0;
    for (let count = 0; count < maxPages; count += 1) {
      const page: Result<Page, string> = await readPage(ask, date, offset);
      if (!page.ok) return page;
      for (const event of page.value.events) {
        if (this.#known.has(String(event['id']))) return success(missed.reverse());
        missed.push(event);
      }
      ({ date, next: offset } = page.value);
      if (offset === 0 && date === this.#emptyDay) return success(missed.reverse());
      if (offset === 0) date = dayBefore(date);
    }
    return failure('it is too much, or goes too far back');
  }
}

async function readPage(ask: Ask, date: string | null, offset: number): Promise<Result<Page, string>> {
  const day = date === null ? '' : `&date=${date}`;
  const path = `${routes.auditEvents}?limit=${pageLength}&offset=${offset}${day}`;
  const answer = await ask({ method: 'GET', path, body: null, timeoutMs: callTimeoutMs });
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status !== 200) return failure(`its log is answered with status ${status}`);
  if (!isRecord(body) || !Array.isArray(body['events']) || !isDay(body['date'])) {
    return failure('its log could not be understood');
  }
  const next = body['next_offset'];
  return success({
    // A line that is no record, but the place of a file in the chain, has no id.
    events: body['events'].filter(isRecord).filter(({ id }) => typeof id === 'string' && id !== ''),
    date: body['date'],
    next: typeof next === 'number' && next > offset ? next : 0,
  });
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}
