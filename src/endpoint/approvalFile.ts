import { isRecord, parseJson } from '../base/record.ts';
import { messageOf } from '../base/assert.ts';
import type { UnknownRecord } from '../base/record.ts';
import type { Logger } from '../base/logger.ts';
import { parseRuleReference } from '../protocol/parseAuditRecord.ts';
import { readOwnFile, replaceOwnFile } from '../system/ownFile.ts';
import type { Approval } from './approvals.ts';
import type { QuestionKeys } from './askedTree.ts';
import type { Grant } from './grants.ts';
import { putAside } from './putAside.ts';

/** What survives a restart. */
export interface KeptApprovals {
  readonly approvals: readonly Approval[];
  readonly grants: readonly Grant[];
}

/** What keeping needs of the world. */
export interface ApprovalFileSettings {
  /** `approvals.json` of the state directory. */
  readonly file: string;
  /** The boot id in hex; processes of another boot have nothing to do with those of this one. */
  readonly boot: string;
  readonly logger: Logger;
}

/** The version of the file's form. */
const format = 1;

const nothing: KeptApprovals = { approvals: [], grants: [] };

/** What the endpoint before us left in this boot; what cannot be read counts as nothing. */
export function readKeptApprovals({ file, boot, logger }: ApprovalFileSettings): KeptApprovals {
  let text: string;
  try {
    text = readOwnFile(file);
  } catch {
    return nothing;
  }
  const kept = parseJson(text);
  const value = kept.ok && isRecord(kept.value) ? kept.value : {};
  const { format: found = format, boot: ofBoot, approvals, grants } = value;
  if (found !== format || typeof ofBoot !== 'string') {
    putAside(file, 'the kept approvals cannot be read, so what was asked is asked anew', logger);
    return nothing;
  }
  if (ofBoot !== boot || boot === '') return nothing;
  return {
    approvals: recordsIn(approvals).flatMap((value) => parseKept(value) ?? []),
    grants: recordsIn(grants).flatMap((value) => parseGrant(value) ?? []),
  };
}

/** Keeps what waits and what was granted; the file is whole at every moment. */
export function writeKeptApprovals(kept: KeptApprovals, settings: ApprovalFileSettings): void {
  const { file, boot, logger } = settings;
  try {
    replaceOwnFile(file, `${JSON.stringify({ format, boot, ...kept })}\n`);
  } catch (thrown) {
    logger.error(`the approvals cannot be kept: ${messageOf(thrown)}`);
  }
}

function recordsIn(value: unknown): readonly UnknownRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function parseKept(value: UnknownRecord): Approval | null {
  const { id, createdAt, expiresAt } = value;
  if (typeof id !== 'string' || typeof createdAt !== 'number' || typeof expiresAt !== 'number') return null;
  return {
    id,
    status: 'pending',
    createdAt,
    expiresAt,
    resolvedAt: null,
    resolvedBy: null,
    persisted: false,
    heldUntil: null,
    tool: textIn(value, 'tool') ?? 'exec',
    command: textIn(value, 'command') ?? '',
    agent: textIn(value, 'agent') ?? '',
    session: textIn(value, 'session') ?? '',
    message: textIn(value, 'message') ?? '',
    rule: parseRuleReference(value['rule']),
    cwd: textIn(value, 'cwd'),
    pid: numberIn(value, 'pid'),
    sid: numberIn(value, 'sid'),
    runId: textIn(value, 'runId'),
    keys: keysIn(value['keys']),
    tree: textIn(value, 'tree') ?? '',
    upstreamApproval: textIn(value, 'upstreamApproval'),
  };
}

function parseGrant({ id, reach, key, tree, overrules, until }: UnknownRecord): Grant | null {
  if (typeof id !== 'string' || typeof key !== 'string' || typeof tree !== 'string') return null;
  if ((reach !== 'exact' && reach !== 'anywhere') || typeof until !== 'number') return null;
  return { id, reach, key, tree, overrules: overrules === true, until };
}

function keysIn(value: unknown): QuestionKeys | null {
  if (!isRecord(value)) return null;
  const { exact, anywhere } = value;
  return typeof exact === 'string' && typeof anywhere === 'string' ? { exact, anywhere } : null;
}

function textIn(value: UnknownRecord, name: string): string | null {
  const text = value[name];
  return typeof text === 'string' ? text : null;
}

function numberIn(value: UnknownRecord, name: string): number | null {
  const number = value[name];
  return typeof number === 'number' ? number : null;
}
