import type * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { EndpointClient } from '../../client/endpointClient.ts';
import type { Environment } from '../../client/preloadEnvironment.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import type { ProcessTable } from '../../system/processTable.ts';
import type { StatePaths } from '../../system/stateDirectory.ts';
import type { Background } from '../adapters/background.ts';
import type { Notices } from '../adapters/notices.ts';
import type { EndpointSupervisor } from '../endpoint/endpointSupervisor.ts';
import type { Guard } from '../injection/guard.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';
import type { ApprovalStore } from '../model/approvalStore.ts';
import type { Reports } from '../views/reports.ts';
import type { WindowViews } from '../windowViews.ts';
import type { WindowStatus } from '../model/windowStatus.ts';

/** What the commands work with. */
export interface CommandParts {
  readonly approvals: ApprovalStore;
  readonly background: Background;
  readonly client: EndpointClient;
  readonly clock: Clock;
  /** The folder with the bundles and the policies that come with them. */
  readonly bundleFolder: string;
  /** Where the extension lies. */
  readonly extension: vscode.Uri;
  /** The kept decisions, the oldest first. */
  readonly recentDecisions: () => readonly AuditRecord[];
  /** Of this extension host. */
  readonly environment: Environment;
  readonly guard: Guard;
  readonly home: string;
  /** The policy files that the user's settings name. */
  readonly namedFiles: () => readonly string[];
  readonly notices: Notices;
  readonly output: vscode.LogOutputChannel;
  readonly paths: StatePaths;
  readonly platform: string;
  readonly processes: ProcessTable;
  readonly registry: TerminalRegistry;
  /** Reads sessions and the newest decisions from the endpoint again. */
  readonly refresh: () => Promise<void>;
  readonly reports: Reports;
  readonly status: WindowStatus;
  readonly supervisor: EndpointSupervisor;
  /** Of this extension. */
  readonly version: string;
  readonly views: WindowViews;
}

/** How long a command waits for an endpoint that is being started, in milliseconds. */
export const endpointWaitMs = 10_000;
