import type { ExecRequest } from '../protocol/execRequest.ts';
import { Call } from './call.ts';
import type { EvaluationWorld } from './evaluationWorld.ts';

/** A command that stands word for word in the text of a request. */
export interface NamedCommand {
  readonly words: readonly string[];
  /** Where it would run, absolute; null when that is not known. */
  readonly directory: string | null;
}

/** The commands that a request's shell text names in full, besides its own; none of a text that is not read whole. */
export function namedCommands(request: ExecRequest, world: EvaluationWorld): readonly NamedCommand[] {
  const { components, isCut, isFallback } = new Call(request, world, () => true).reading;
  if (isCut || isFallback) return [];
  return components
    .slice(1)
    .filter(({ words, isElsewhere, isOpenEnded }) => words.length > 0 && !isElsewhere && !isOpenEnded)
    .filter(({ words }) => words.every(({ isKnown, isGlob }) => isKnown && !isGlob))
    .map(({ words, directory }) => ({ words: words.map(({ text }) => text), directory }));
}
