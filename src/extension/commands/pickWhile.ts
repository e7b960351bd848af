import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import type { Event } from '../../base/emitter.ts';
import type { quickAnswers } from '../../presentation/approvalText.ts';
import type { Choice } from '../../presentation/protectText.ts';
import { createQuickItem } from './quickItem.ts';

/** A question that stands only as long as somebody needs the answer. */
export interface PassingQuestion<Value> {
  /** Asked anew whenever something changed. */
  readonly choices: () => readonly Choice<Value>[];
  /** Asked anew every second, so that it can say how long there is. */
  readonly title: () => string;
  /** What stands in the empty box. */
  readonly placeholder?: () => string;
  /** Answers beside each choice, and what is done with one. The question goes on. */
  readonly buttons?: readonly QuickAnswer[];
  readonly onButton?: (value: Value, answer: QuickAnswer['answer']) => void;
  readonly isOpen: () => boolean;
  readonly onDidChange: Event<null>;
}

/** An answer that needs no second question. */
export type QuickAnswer = (typeof quickAnswers)[number];

type Item<Value> = vscode.QuickPickItem & Choice<Value>;

interface AnswerButton extends vscode.QuickInputButton {
  readonly answer: QuickAnswer['answer'];
}

const tickMs = 1_000;

/** Asks with a quick pick that closes by itself; null when it did, or when the person closed it. */
export async function pickWhile<Value>(question: PassingQuestion<Value>): Promise<Value | null> {
  const owned = new DisposableList();
  const pick = owned.add(vscode.window.createQuickPick<Item<Value>>());
  const buttons = (question.buttons ?? []).map(createButton);
  pick.ignoreFocusOut = true;
  const follow = (): void => {
    if (!question.isOpen()) {
      pick.hide();
      return;
    }
    pick.title = question.title();
    pick.placeholder = question.placeholder?.() ?? '';
  };
  const fill = (): void => {
    const items = question.choices().map((choice) => createQuickItem<Item<Value>>({ ...choice, buttons }));
    if (!isDeepStrictEqual(items, pick.items)) {
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
      owned.add(
        pick.onDidTriggerItemButton(({ item, button }) => {
          const pressed = buttons.find((one) => one === button);
          if (pressed !== undefined) question.onButton?.(item.value, pressed.answer);
        }),
      );
      pick.show();
    });
  } finally {
    owned.dispose();
  }
}

function createButton({ answer, icon, tooltip }: QuickAnswer): AnswerButton {
  return { answer, iconPath: new vscode.ThemeIcon(icon), tooltip };
}
