import * as vscode from 'vscode';
import type { DisposableList } from '../base/disposable.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { announceApproval, announceApprovals, type AnswerParts } from './commands/answerApproval.ts';
import { switchPacks } from './commands/switchPacks.ts';
import { isDenialNoticeWanted } from './configuration.ts';
import { contextKeys } from './ids.ts';
import { ApprovalAnnouncer } from './model/approvalAnnouncer.ts';
import { DebugSessions } from './model/debugSessions.ts';
import { DenialAnnouncer } from './model/denialAnnouncer.ts';
import type { DecisionStore } from '../client/decisionStore.ts';
import type { HostGuard } from '../client/hostGuard.ts';
import type { SessionStore } from './model/sessionStore.ts';
import { registerApprovalStatusBar } from './views/approvalStatusBar.ts';
import { DecisionTree, type DecisionTreeParts } from './views/decisionTree.ts';
import { showDenialNotice } from './views/denialNotice.ts';
import { DeniedPanel, type DeniedPanelParts } from './views/deniedPanel.ts';
import { registerModeStatusBar } from './views/modeStatusBar.ts';
import { PolicyTree, type PolicyTreeParts } from './views/policyTree.ts';
import { SessionTree } from './views/sessionTree.ts';

/** What a person sees of a window's parts. */
export interface WindowViews {
  readonly decisions: DecisionTree;
  readonly denied: DeniedPanel;
  readonly sessions: SessionTree;
  readonly policy: PolicyTree;
}

/** What the views are made of. */
export type ViewParts = Omit<PolicyTreeParts, 'switchPacks'> &
  DecisionTreeParts &
  DeniedPanelParts &
  AnswerParts & {
    readonly decisions: DecisionStore;
    readonly host: HostGuard;
    readonly sessions: SessionStore;
    /** What a process runs, in a word. */
    readonly programOf: (pid: number) => string;
  };

/** Creates the views of a window, owned by the list; `onDecision` takes what the stream tells. */
export function createWindowViews(
  owned: DisposableList,
  parts: ViewParts,
): { readonly views: WindowViews; readonly onDecision: (record: AuditRecord) => void } {
  const { approvals, background, clock, registry, status } = parts;
  const debugged = owned.add(new DebugSessions());
  const views: WindowViews = {
    decisions: owned.add(new DecisionTree(parts)),
    denied: owned.add(new DeniedPanel(parts)),
    sessions: owned.add(new SessionTree({ ...parts, debugged })),
    policy: owned.add(
      new PolicyTree({
        ...parts,
        switchPacks: (wanted) =>
          switchPacks({ ...parts, onSwitched: () => views.policy.refreshBoxes() }, wanted),
      }),
    ),
  };
  background.run('telling the views what is possible here', async () => {
    await vscode.commands.executeCommand('setContext', contextKeys.unsupported, !status.current.supported);
  });
  owned.add(registerModeStatusBar(status));
  owned.add(registerApprovalStatusBar(approvals, clock));
  registerAnnouncer(owned, parts);
  const denials = owned.add(
    new DenialAnnouncer({
      status,
      isListVisible: () => views.denied.isVisible,
      questionOf: ({ decision, request, sid }) =>
        decision.action === 'ask' ? approvals.questionOf(request.command, sid) : 'none',
      isOurs: ({ sid, session }) => session === parts.host.session || registry.isOurs(sid),
      isWanted: isDenialNoticeWanted,
      tell: (newest, more) => background.run('telling of a denial', () => showDenialNotice(newest, more)),
      clock,
    }),
  );
  return { views, onDecision: (record) => denials.take(record) };
}

/** Tells the person in front of what waits, also when they come to this window later. */
function registerAnnouncer(owned: DisposableList, parts: ViewParts): void {
  const { approvals, background } = parts;
  const announcer = new ApprovalAnnouncer({
    approvals,
    isFocused: () => vscode.window.state.focused,
    tellOne: (approval) => announceApproval(parts, approval),
    tellMany: () => announceApprovals(parts),
  });
  const look = (): void => background.run('asking about a command', () => announcer.look());
  owned.add(approvals.onDidChange(look));
  owned.add(vscode.window.onDidChangeWindowState(look));
}
