import type * as vscode from 'vscode';

/** A part of the guard that a setting of its own turns on and off. */
export type GuardPart = 'extensions' | 'persons';

/** Which parts of the guard were wanted when that was last carried out, none at first. */
export interface KeptWishes {
  /** Whether this part was wanted otherwise in this window before; from now on it is wanted so. */
  isChanged(part: GuardPart, wanted: boolean): Promise<boolean>;
}

/** Keeps the wishes with the user's own data, for the next window that opens. */
export function createKeptWishes(memento: vscode.Memento): KeptWishes {
  const keyOf = (part: GuardPart): string => `rampart.guard.${part}`;
  // Read once: of a change that several windows see, each tells.
  const wishes: Record<GuardPart, boolean> = {
    extensions: memento.get(keyOf('extensions'), false),
    persons: memento.get(keyOf('persons'), false),
  };
  return {
    isChanged: async (part, wanted) => {
      if (wishes[part] === wanted) return false;
      wishes[part] = wanted;
      await memento.update(keyOf(part), wanted);
      return true;
    },
  };
}
