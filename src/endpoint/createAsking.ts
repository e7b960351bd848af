import type { Clock, Stopwatch } from '../base/clock.ts';
import type { DisposableList } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { exactPattern } from '../policy/editPolicyFile.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { readKeptApprovals, writeKeptApprovals } from './approvalFile.ts';
import { Approvals, viewOf } from './approvals.ts';
import type { Approval, ApprovalNews } from './approvals.ts';
import { Asking } from './asking.ts';
import type { ResolveFailure } from './asking.ts';
import type { Incident } from './auditEntry.ts';
import type { EventStream } from './eventStream.ts';
import { Grants } from './grants.ts';
import type { HandRules } from './handRules.ts';
import type { PolicyStore } from './policyStore.ts';

/** What asking persons is made of. */
export interface AskingParts {
  /** `approvals.json` of the state directory. */
  readonly file: string;
  /** The boot id in hex; empty when the system has none. */
  readonly boot: string;
  readonly holdMs: number;
  readonly clock: Clock;
  readonly stopwatch: Stopwatch;
  readonly logger: Logger;
  readonly createId: () => string;
  readonly processes: ProcessTable;
  readonly stream: EventStream;
  readonly policy: PolicyStore;
  readonly handRules: HandRules;
  readonly recordIncident: (incident: Incident) => void;
}

/** Tools for which a rule can be made of one question. */
const ruleTools: readonly string[] = ['exec', 'read', 'write', 'edit'];

/** Makes the stores in which persons are asked, with what an endpoint before us left, and connects them to the stream. */
export function createAsking(
  parts: AskingParts,
  owned: DisposableList,
): { readonly asking: Asking; readonly approvals: Approvals } {
  const { file, boot, clock, stopwatch, logger, createId, processes, holdMs, stream } = parts;
  const kept = readKeptApprovals({ file, boot, logger });
  const grants = new Grants(clock);
  for (const grant of kept.grants) grants.add(grant);
  const approvals = owned.add(new Approvals({ clock, createId, kept: kept.approvals }));
  owned.add(approvals.onDidChange((news) => tell(news, parts)));
  const asking = owned.add(
    new Asking({
      clock,
      stopwatch,
      createId,
      processes,
      approvals,
      grants,
      holdMs,
      isAnswerable: () => stream.canApprove,
      writeRule: (approval) => writeRule(approval, parts),
      onDidChange: () =>
        writeKeptApprovals({ approvals: approvals.pending, grants: grants.list() }, { file, boot, logger }),
    }),
  );
  return { asking, approvals };
}

function tell({ change, approval }: ApprovalNews, { stream, recordIncident }: AskingParts): void {
  stream.publish({ type: 'approvals' });
  stream.publish({ type: 'approval', change, approval: viewOf(approval) });
  if (change !== 'resolved') return;
  const what = `approval of \`${approval.command}\``;
  const message = `${approval.status}${approval.persisted ? ' for good' : ''} by ${approval.resolvedBy ?? 'nobody'}`;
  recordIncident({ what, message, refused: false });
}

/** A durable allow of exactly this command, in force when this returns. */
function writeRule(
  { tool, command }: Approval,
  { handRules, clock, policy }: AskingParts,
): Result<null, ResolveFailure> {
  if (!ruleTools.includes(tool)) {
    return failure({ kind: 'ruleless', message: `no rule can be made for the tool ${tool}` });
  }
  const written = handRules.add({
    action: 'allow',
    tool,
    pattern: exactPattern(command),
    message: null,
    expiresAt: null,
    isOnce: false,
    added: new Date(clock.now()).toISOString(),
  });
  if (!written.ok) return failure({ kind: 'unwritten', message: written.error });
  policy.reload();
  return success(null);
}
