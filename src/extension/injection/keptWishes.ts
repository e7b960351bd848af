import type * as vscode from 'vscode';
import type { GuardSubject } from '../../client/endpointClient.ts';

/** Which parts of the guard the user's settings wanted when that was last carried out in any window, none at first. */
export interface KeptWishes {
  /** Whether this part was wanted. */
  was(part: GuardSubject): boolean;
  keep(part: GuardSubject, wanted: boolean): Promise<void>;
}

/** Keeps the wishes with the user's own data, for the next window that opens. */
export function createKeptWishes(memento: vscode.Memento): KeptWishes {
  const keyOf = (part: GuardSubject): string => `rampart.guard.${part}`;
  // Read once: of a change that several windows see, each tells.
  const wishes: Record<GuardSubject, boolean> = {
    terminals: memento.get(keyOf('terminals'), false),
    extensions: memento.get(keyOf('extensions'), false),
    persons: memento.get(keyOf('persons'), false),
  };
  return {
    was: (part) => wishes[part],
    keep: async (part, wanted) => {
      if (wishes[part] === wanted) return;
      wishes[part] = wanted;
      await memento.update(keyOf(part), wanted);
    },
  };
}
