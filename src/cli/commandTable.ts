import type { Command } from './command.ts';
import {
  adaptApplyCommand,
  adaptCommand,
  adaptPreviewCommand,
  adaptUndoCommand,
  adaptVerifyCommand,
} from './commands/adapt.ts';
import { allowCommand, blockCommand } from './commands/allow.ts';
import {
  auditDatesCommand,
  auditExportCommand,
  auditStatsCommand,
  auditVerifyCommand,
  verifyCommand,
} from './commands/audit.ts';
import { approvalsCommand, approveCommand, denyCommand } from './commands/approvals.ts';
import { benchCommand } from './commands/bench.ts';
import { createCompletionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { hookCommand } from './commands/hook.ts';
import { logCommand } from './commands/log.ts';
import { modeCommand } from './commands/mode.ts';
import { policyLintCommand } from './commands/policyLint.ts';
import {
  policyPacksCommand,
  policyPacksDisableCommand,
  policyPacksEnableCommand,
} from './commands/policyPacks.ts';
import { policyTestCommand } from './commands/policyTest.ts';
import { preloadCommand } from './commands/preload.ts';
import { rulesCommand, rulesRemoveCommand } from './commands/rules.ts';
import { runAnywayCommand } from './commands/runAnyway.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { testCommand } from './commands/test.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { tokenCreateCommand, tokenListCommand, tokenRevokeCommand } from './commands/token.ts';

/** Every command, in the order in which they are told of. */
export const commands: readonly Command[] = [
  preloadCommand,
  adaptCommand,
  adaptPreviewCommand,
  adaptApplyCommand,
  adaptVerifyCommand,
  adaptUndoCommand,
  hookCommand,
  testCommand,
  explainCommand,
  rulesCommand,
  rulesRemoveCommand,
  allowCommand,
  blockCommand,
  approvalsCommand,
  approveCommand,
  denyCommand,
  runAnywayCommand,
  policyLintCommand,
  policyTestCommand,
  policyPacksCommand,
  policyPacksEnableCommand,
  policyPacksDisableCommand,
  benchCommand,
  logCommand,
  auditDatesCommand,
  auditExportCommand,
  auditStatsCommand,
  auditVerifyCommand,
  verifyCommand,
  statusCommand,
  modeCommand,
  stopCommand,
  serveCommand,
  tokenCreateCommand,
  tokenListCommand,
  tokenRevokeCommand,
  uninstallCommand,
  doctorCommand,
  createCompletionCommand(() => commands),
];
