import type { Disposable } from '../../base/disposable.ts';

/** A view is painted at most four times a second, in milliseconds. */
export const repaintMs = 250;

/** Gathers requests to paint: the first is served at once, those that follow closely together at the end of the pause. */
export interface Repaint extends Disposable {
  request(): void;
}

/** Calls `paint` at most once every `repaintMs`, and once more after the last request. */
export function createRepaint(paint: () => void, pauseMs: number = repaintMs): Repaint {
  let pause: NodeJS.Timeout | null = null;
  let isWanted = false;
  const paintNow = (): void => {
    isWanted = false;
    pause = setTimeout(() => {
      pause = null;
      if (isWanted) paintNow();
    }, pauseMs);
    paint();
  };
  return {
    request: () => {
      if (pause === null) paintNow();
      else isWanted = true;
    },
    dispose: () => {
      if (pause !== null) clearTimeout(pause);
      isWanted = false;
    },
  };
}
