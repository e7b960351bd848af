import type { Command } from './command.ts';
import { createCompletionCommand } from './commands/completion.ts';
import { logCommand } from './commands/log.ts';
import { modeCommand } from './commands/mode.ts';
import { preloadCommand } from './commands/preload.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { testCommand } from './commands/test.ts';

/** Every command, in the order in which they are told of. */
export const commands: readonly Command[] = [
  preloadCommand,
  testCommand,
  logCommand,
  statusCommand,
  modeCommand,
  stopCommand,
  serveCommand,
  createCompletionCommand(() => commands),
];
