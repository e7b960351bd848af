import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { EndpointClient } from '../../client/endpointClient.ts';
import {
  alwaysChoices,
  alwaysTitle,
  approvalButtons,
  approvalQuestion,
  approvalTitle,
  formatAllowedLate,
  formatApproval,
  formatApprovalNotice,
  formatSettled,
  formatWaitingTitle,
  isHeld,
  nothingWaitsText,
  quickAnswers,
  severalWaitText,
  showWaitingButton,
  type ApprovalChoice,
} from '../../presentation/approvalText.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import type { ApprovalView } from '../../protocol/approval.ts';
import type { Background } from '../adapters/background.ts';
import type { Notices } from '../adapters/notices.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';
import type { ApprovalStore } from '../model/approvalStore.ts';
import { chooseValue } from './chooseValue.ts';
import { offerToType } from './offerToType.ts';
import { pickWhile } from './pickWhile.ts';

/** What answering takes. */
export interface AnswerParts {
  readonly approvals: ApprovalStore;
  readonly background: Background;
  readonly client: EndpointClient;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly registry: TerminalRegistry;
}

/** Who answered, for the log. */
const answeredBy = 'vscode';

/**
 * Asks what may become of the commands that wait: of the only one at once, of several after one was chosen. The list
 * comes back as long as others wait, one alone too: Enter pressed twice shall not answer what nobody has read.
 */
export async function showApprovals(parts: AnswerParts): Promise<void> {
  const { approvals, notices } = parts;
  if (approvals.waiting.length === 0) {
    notices.mention(nothingWaitsText);
    return;
  }
  const [only = null, ...others] = approvals.waiting;
  let approval = others.length === 0 ? only : await chooseWaiting(parts);
  while (approval !== null) {
    await askAbout(parts, approval);
    const isLeftOpen = approvals.find(approval.id) !== null;
    approval = isLeftOpen || approvals.waiting.length === 0 ? null : await chooseWaiting(parts);
  }
}

/** The list of what waits; null when the person closed it, or when nothing waits any more. */
async function chooseWaiting(parts: AnswerParts): Promise<ApprovalView | null> {
  const { approvals, background, clock } = parts;
  const chosen = await pickWhile({
    choices: () =>
      approvals.waiting.map((approval) => {
        const { label, description } = formatApproval(approval, terminalOf(parts, approval));
        return { value: approval.id, label, detail: description };
      }),
    title: () => formatWaitingTitle(approvals.waiting, clock.now()),
    isOpen: () => approvals.waiting.length > 0,
    onDidChange: approvals.onDidChange,
    buttons: quickAnswers,
    onButton: (id, choice) => background.run('answering', () => answerWaiting(parts, id, choice)),
  });
  return chosen === null ? null : approvals.find(chosen);
}

async function answerWaiting(parts: AnswerParts, id: string, choice: ApprovalChoice): Promise<void> {
  const approval = parts.approvals.find(id);
  if (approval !== null) await answer(parts, approval, choice);
}

/** Asks about one command; the question goes away when somebody else answers, and says so. */
export async function askAbout(parts: AnswerParts, approval: ApprovalView): Promise<void> {
  const { approvals, clock, notices } = parts;
  const current = (): ApprovalView => approvals.find(approval.id) ?? approval;
  const choice = await pickWhile({
    choices: () => approvalQuestion(current()).choices,
    placeholder: () => approvalQuestion(current()).placeholder,
    title: () => approvalTitle(current(), terminalOf(parts, approval), clock.now()),
    isOpen: () => approvals.find(approval.id) !== null,
    onDidChange: approvals.onDidChange,
  });
  if (choice !== null) await answer(parts, approval, choice);
  else if (approvals.find(approval.id) === null) notices.inform(settledText(parts, approval));
}

/** Gives a person's answer. *Always* shows the rule before it is written. */
export async function answer(
  parts: AnswerParts,
  approval: ApprovalView,
  choice: ApprovalChoice,
): Promise<void> {
  const { approvals, client, notices } = parts;
  if (choice === 'always' && (await chooseValue(alwaysTitle, alwaysChoices(approval))) !== true) return;
  const waiting = approvals.find(approval.id);
  if (waiting === null) {
    notices.inform(settledText(parts, approval));
    return;
  }
  const scope = choice === 'deny' ? 'once' : choice;
  const told = await client.resolveApproval(approval.id, {
    approved: choice !== 'deny',
    scope,
    by: answeredBy,
  });
  if (told.ok) {
    approvals.put({ ...approval, status: told.value });
    if (choice !== 'deny' && !isHeld(waiting, parts.clock.now())) {
      // It may stand for long, and whoever answered has others to answer.
      const offer = (): Promise<void> => offerToType(parts.registry, waiting, formatAllowedLate(waiting));
      parts.background.run('offering to type a command', offer);
    }
    return;
  }
  if (approvals.find(approval.id) === null) notices.inform(settledText(parts, approval));
  else notices.warn(protectMessages.notReached(told.error.message));
}

function settledText({ approvals }: AnswerParts, approval: ApprovalView): string {
  return formatSettled(approval, approvals.outcomeOf(approval.id));
}

/** Tells that a command waits. The message stays until it is clicked; a late click says so. */
export async function announceApproval(parts: AnswerParts, approval: ApprovalView): Promise<void> {
  const { once, more, deny } = approvalButtons;
  // Warnings vanish after seconds; nothing but an error stays until somebody has seen it.
  const chosen = await vscode.window.showErrorMessage(formatApprovalNotice(approval), once, more, deny);
  if (chosen === undefined) return;
  if (parts.approvals.find(approval.id) === null) parts.notices.inform(settledText(parts, approval));
  else if (chosen === more) await askAbout(parts, approval);
  else await answer(parts, approval, chosen === once ? 'once' : 'deny');
}

/** Tells that several commands wait, and leads to them. */
export async function announceApprovals(parts: AnswerParts): Promise<void> {
  const chosen = await vscode.window.showErrorMessage(severalWaitText, showWaitingButton);
  if (chosen === showWaitingButton) await showApprovals(parts);
}

function terminalOf({ registry }: AnswerParts, { sid }: ApprovalView): string {
  return sid === null ? '' : (registry.nameOf(sid) ?? '');
}
