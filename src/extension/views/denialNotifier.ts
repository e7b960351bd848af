import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { formatDenialNotice, noticeButtons, type Denial } from '../../presentation/denialNotice.ts';
import { isRefused } from '../../presentation/decisionLabel.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import type { Background } from '../adapters/background.ts';
import { isDenialNoticeWanted, silenceDenialNotices } from '../configuration.ts';
import { commandIds } from '../ids.ts';
import { createDecisionRow } from './decisionItem.ts';
import type { Question } from '../model/approvalStore.ts';
import type { WindowStatus } from '../model/windowStatus.ts';

/** What the notifier is given. */
export interface NotifierParts {
  readonly status: WindowStatus;
  /** Whether the list of denials can be seen, which says it all. */
  readonly isListVisible: () => boolean;
  /** Whether a denial is this window's to tell. */
  readonly isOurs: (record: AuditRecord) => boolean;
  /** How the question stands that a person was asked about it. */
  readonly questionOf: (record: AuditRecord) => Question;
  readonly clock: Clock;
  readonly background: Background;
}

/** How long denials are gathered before they are told of: those of one command line come together. In milliseconds. */
const gatherMs = 400;

/** How long after a notification the next one may come at the earliest, in milliseconds. */
const quietMs = 15_000;

/** Counts denials that nobody has looked at, and tells of them: one notification at a time, never a flood. */
export class DenialNotifier implements Disposable {
  readonly #parts: NotifierParts;
  #newest: Denial | null = null;
  #untold = 0;
  #timer: NodeJS.Timeout | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  /** Takes a decision as it comes from the stream. */
  take(record: AuditRecord): void {
    if (!isRefused(record) || this.#parts.isListVisible()) return;
    const { status } = this.#parts;
    status.update({ unseenDenials: status.current.unseenDenials + 1 });
    const question = this.#parts.questionOf(record);
    // Whoever is asked, or has answered, knows.
    const isKnown = question === 'open' || question === 'answered';
    if (!this.#parts.isOurs(record) || isKnown || !isDenialNoticeWanted()) return;
    this.#newest = { record, isUnanswered: question === 'unanswered' };
    this.#untold += 1;
    const waitMs = Math.max(gatherMs, this.#toldAt + quietMs - this.#parts.clock.now());
    this.#timer ??= setTimeout(() => this.#tell(), waitMs);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#timer = null;
    const newest = this.#newest;
    const more = this.#untold - 1;
    this.#newest = null;
    this.#untold = 0;
    // Whoever has looked at the list meanwhile knows.
    if (newest === null || this.#parts.status.current.unseenDenials === 0) return;
    this.#toldAt = this.#parts.clock.now();
    this.#parts.background.run('telling of a denial', () => showNotice(newest, more));
  }
}

async function showNotice(newest: Denial, more: number): Promise<void> {
  const { show, why, allow, silence } = noticeButtons;
  const text = formatDenialNotice(newest, more);
  const chosen = await vscode.window.showWarningMessage(text, show, why, allow, silence);
  if (chosen === allow)
    await vscode.commands.executeCommand(commandIds.allowDenied, createDecisionRow(newest.record));
  if (chosen === why)
    await vscode.commands.executeCommand(commandIds.explainDecision, createDecisionRow(newest.record));
  if (chosen === noticeButtons.show) await vscode.commands.executeCommand(commandIds.showDeniedCommands);
  if (chosen === noticeButtons.silence) await silenceDenialNotices();
}
