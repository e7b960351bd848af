import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import type { Event } from '../../base/emitter.ts';
import type { Choice } from '../../presentation/protectText.ts';

/** A question that stands only as long as somebody needs the answer. */
export interface PassingQuestion<Value> {
  /** Asked anew whenever something changed. */
  readonly choices: () => readonly Choice<Value>[];
  /** Asked anew every second, so that it can say how long there is. */
  readonly title: () => string;
  readonly isOpen: () => boolean;
  readonly onDidChange: Event<null>;
}

const tickMs = 1_000;

/** Asks with a quick pick that closes by itself; null when it did, or when the person closed it. */
export async function pickWhile<Value>(question: PassingQuestion<Value>): Promise<Value | null> {
  const owned = new DisposableList();
  const pick = owned.add(vscode.window.createQuickPick<vscode.QuickPickItem & Choice<Value>>());
  pick.ignoreFocusOut = true;
  const follow = (): void => {
    if (question.isOpen()) pick.title = question.title();
    else pick.hide();
  };
  const fill = (): void => {
    const items = question.choices().map((choice) => ({ ...choice }));
    const isSame =
      items.length === pick.items.length &&
      items.every(({ value }, index) => value === pick.items[index]?.value);
    if (!isSame) {
      // Who was about to press Enter means the line that they were on.
      const chosen = pick.activeItems[0]?.value;
      pick.items = items;
      if (chosen !== undefined) pick.activeItems = items.filter(({ value }) => value === chosen);
    }
    follow();
  };
  pick.keepScrollPosition = true;
  fill();
  owned.add(question.onDidChange(fill));
  const tick = setInterval(follow, tickMs);
  owned.add({ dispose: () => clearInterval(tick) });
  try {
    return await new Promise((resolve) => {
      owned.add(pick.onDidAccept(() => resolve(pick.selectedItems[0]?.value ?? null)));
      owned.add(pick.onDidHide(() => resolve(null)));
      pick.show();
    });
  } finally {
    owned.dispose();
  }
}
