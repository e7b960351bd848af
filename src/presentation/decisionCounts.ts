import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isDenial, isRefused } from './decisionLabel.ts';
import type { FilterOutcome } from './decisionFilter.ts';
import { plural } from './localise.ts';

/** How many decisions there were, and how many of them went against the command; the same in every view. */
export interface DecisionCounts {
  readonly decisions: number;
  /** Refused: the command did not run. */
  readonly denied: number;
  /** The policy spoke against the command, which ran because nothing was enforced. */
  readonly unenforced: number;
}

/** Counts records. */
export function countDecisions(records: readonly AuditRecord[]): DecisionCounts {
  const denied = records.filter(isRefused).length;
  const unenforced = records.filter(isDenial).length - denied;
  return { decisions: records.length, denied, unenforced };
}

/** `3 decisions · 1 denied · 1 would have been denied`; what did not happen is left out. */
export function formatCounts({ decisions, denied, unenforced }: DecisionCounts): string {
  const parts = [
    decisions === 0 ? '' : plural(decisions)`# decision | # decisions`,
    denied === 0 ? '' : countWords.denied(denied),
    unenforced === 0 ? '' : countWords.unenforced(unenforced),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** How many decisions ended in which way. */
export const countWords: Readonly<Record<FilterOutcome, (count: number) => string>> = {
  denied: (count) => plural(count)`# denied | # denied`,
  unenforced: (count) => plural(count)`# would have been denied | # would have been denied`,
  allowed: (count) => plural(count)`# allowed | # allowed`,
};
