import { t } from './localise.ts';

/** A refusal in the text of a terminal. */
export interface FoundRefusal {
  /** Where it starts, and how many characters long it is. */
  readonly start: number;
  readonly length: number;
  /** The first digits of the record's id. */
  readonly id: string;
}

/** As the library writes it; docs/protocol.md, section 4. */
const refusal = /rampart: denied `.{0,600}?\[([0-9a-f]{8})\]/gu;

/** The refusals in one line of a terminal, of which the editor has put the wrapped parts together. */
export function findRefusals(line: string): readonly FoundRefusal[] {
  return [...line.matchAll(refusal)].map((match) => ({
    start: match.index,
    length: match[0].length,
    id: match[1] ?? '',
  }));
}

/** Said when a link leads to nothing. */
export const notInLogText = t`That decision is not in the audit log any more.`;

/** What a reader sees while pointing at it. */
export const refusalTooltip = t`Show why Rampart denied this, or run it anyway`;
