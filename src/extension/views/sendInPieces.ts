import { setImmediate } from 'node:timers/promises';

/**
 * Passes a list on in pieces, each in a turn of its own: everybody else has theirs between them. Ends early once
 * `isWanted` says no.
 */
export async function sendInPieces<Item>(
  items: readonly Item[],
  itemsPerPiece: number,
  send: (piece: readonly Item[]) => void,
  isWanted: () => boolean,
): Promise<void> {
  for (let next = 0; next < items.length && isWanted(); next += itemsPerPiece) {
    if (next > 0) await setImmediate();
    if (isWanted()) send(items.slice(next, next + itemsPerPiece));
  }
}
