import type { Result } from '../../base/result.ts';

/** What an agent is to be told. */
export interface AgentWiring {
  /** The environment in which its commands are guarded, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** The name of the loader's variable among them; what stands in it already stays behind ours. */
  readonly loader: string;
  /** Shell text that asks about a command before it runs; docs/command-line.md, `rampart hook`. */
  readonly hook: string;
}

/**
 * How one kind of settings file takes what an agent is to be told, and gives it up again. Texts are whole files; a file that
 * is missing counts as empty. A failure says what stands in the way, and where.
 */
export interface SettingsEdit {
  add(text: string, wiring: AgentWiring): Result<string, string>;
  /** Takes out what `add` puts in, from a text that others have changed since. */
  remove(text: string, wiring: AgentWiring): Result<string, string>;
}

/** The first line of what stands in a file of others. */
export const settingsNote = 'Written by `rampart adapt`; `rampart adapt undo` takes it out.';

/** The line and column of a place in a text, counted from 1. */
export function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
