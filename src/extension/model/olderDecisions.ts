import { success, type Result } from '../../base/result.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import type { AuditPage, EndpointClient } from '../../client/endpointClient.ts';

/** How many records are asked for at once: the most that the endpoint gives. */
const pageRecords = 500;

/** How many pages may pass by that hold nothing new, before the next request has to come from a person. */
const maxPagesPerLoad = 20;

/** Where the next page starts. */
interface Position {
  readonly date: string;
  readonly offset: number;
}

/** Fetches decisions that are older than those that are kept, page by page and day by day. */
export class OlderDecisions {
  readonly #client: Pick<EndpointClient, 'auditDates' | 'auditEvents'>;
  readonly #decisions: Pick<DecisionStore, 'addOlder'>;
  /** Null at the end of the log; undefined before the first page. */
  #next: Position | null | undefined;

  constructor(
    client: Pick<EndpointClient, 'auditDates' | 'auditEvents'>,
    decisions: Pick<DecisionStore, 'addOlder'>,
  ) {
    this.#client = client;
    this.#decisions = decisions;
  }

  /** Whether there may be older ones. */
  get mayHaveMore(): boolean {
    return this.#next !== null;
  }

  /**
   * Takes the next older decisions into the store and tells how many they are; 0 when there are none, or no room.
   * New records only push older ones further back, so that pages may overlap and leave nothing out.
   */
  async load(): Promise<Result<number, string>> {
    const dates = await this.#client.auditDates();
    if (!dates.ok) return { ok: false, error: dates.error.message };
    const [newest] = dates.value;
    if (this.#next === undefined) this.#next = newest === undefined ? null : { date: newest, offset: 0 };
    for (let page = 0; page < maxPagesPerLoad && this.#next !== null; page += 1) {
      const { date, offset }: Position = this.#next;
      const told = await this.#client.auditEvents({ date, offset, limit: pageRecords });
      if (!told.ok) return { ok: false, error: told.error.message };
      this.#next = positionBehind(told.value, date, dates.value);
      const added = this.#decisions.addOlder(told.value.events);
      if (added > 0) return success(added);
    }
    return success(0);
  }
}

function positionBehind(page: AuditPage, date: string, dates: readonly string[]): Position | null {
  if (page.nextOffset !== null) return { date, offset: page.nextOffset };
  const before = dates.find((one) => one < date);
  return before === undefined ? null : { date: before, offset: 0 };
}
