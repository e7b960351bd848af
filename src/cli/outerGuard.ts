import type { CommandContext } from './command.ts';

/** The guard that this process stands under. Its settings hold for all that is started here; ours only add. */
export interface OuterGuard {
  /** The endpoint that is asked. */
  readonly url: string;
  /** Whether that is the endpoint in question. */
  readonly isSame: boolean;
}

/** Looks for the library in this very process; null when it is not there. */
export function findOuterGuard(url: string, context: CommandContext): OuterGuard | null {
  const maps = context.processes.maps(process.pid) ?? '';
  if (!/\/librampart[^/\n]*\.so/.test(maps)) return null;
  const outer = context.environment['RAMPART_URL'] ?? '';
  return { url: outer, isSame: outer === url };
}
