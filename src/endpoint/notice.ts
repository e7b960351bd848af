import type { Decision } from '../protocol/decision.ts';

/**
 * How long a rule's message may be in a notice, in characters: the library cuts a line of more than 512 bytes at
 * its end, where the record id stands.
 */
const maxMessageLength = 160;

/** How much of a record id a person needs to find it in the log. */
const shownIdLength = 8;

/** What a refused program's user reads behind the command; docs/protocol.md, section 4. */
export function formatNotice(
  decision: Decision,
  id: string,
  hint: string = hintFor(decision.action),
): string {
  const message = decision.message === '' ? 'not allowed' : decision.message;
  const reason = shorten(decision.action === 'ask' ? `approval is needed: ${message}` : message);
  return `by ${sourceOf(decision)}: ${reason} ${hint} [${id.slice(0, shownIdLength)}]`;
}

/** What a person has to say yet, or said. */
export const approvalHints = {
  early: 'It was not known yet whose terminal this is; run it again.',
  pending: 'Approval pending; run it again once approved.',
  denied: 'A person denied it; do not try again.',
} as const;

function sourceOf({ rule, upstream }: Decision): string {
  if (rule === null && upstream !== undefined && !upstream.startsWith('away')) return "the upstream's policy";
  return rule === null ? "the policy's default" : `rule ${rule.policy}#${rule.index + 1}`;
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const short = line.length > maxMessageLength ? `${line.slice(0, maxMessageLength - 1)}…` : line;
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}

function hintFor(action: Decision['action']): string {
  return action === 'ask'
    ? 'A person has to decide: let them run it themselves or change the policy.'
    : 'Do not try another way; a person can change the policy.';
}
