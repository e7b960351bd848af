import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isRefused } from './decisionLabel.ts';
import { sessionKeyOf } from './sessionKey.ts';
import { formatLine } from './text.ts';

/** How many programs a chain names at most. */
const maxLinks = 12;

/** The longest command in a chain, in characters. */
const maxLinkCharacters = 60;

/**
 * The programs that led to a decision, the outermost first, the decided command last. Each start in a guarded tree is
 * a record of its own, so the starter is the newest earlier record of its process. Records come oldest first.
 * `terminal` is what the session is called, for a chain that leads up to its shell.
 */
export function findProcessChain(
  record: AuditRecord,
  records: readonly AuditRecord[],
  terminal: string,
): readonly string[] {
  const links = [nameOf(record)];
  let last = records.findIndex(({ id }) => id === record.id);
  let current = record;
  while (links.length < maxLinks && last > 0 && current.ppid !== null) {
    const { ppid } = current;
    const session = sessionKeyOf(current);
    const isStarter = (one: AuditRecord): boolean =>
      one.pid === ppid && sessionKeyOf(one) === session && !isRefused(one);
    const found = records.slice(0, last).findLastIndex(isStarter);
    if (found === -1) break;
    last = found;
    current = records[found] ?? current;
    links.unshift(nameOf(current));
  }
  const { ppid, sid } = current;
  return ppid !== null && ppid === sid && terminal !== '' ? [formatLine(terminal), ...links] : links;
}

function nameOf({ request }: AuditRecord): string {
  return formatLine(request.command, maxLinkCharacters);
}
