import {
  describeDecision,
  formatDecision,
  isDenial,
  isNote,
  isRefused,
} from '../presentation/decisionLabel.ts';
import { panelActions, type PanelAction, type PanelSection } from '../presentation/panelMessages.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { createButton, createElement } from './element.ts';
import { t } from '../presentation/localise.ts';

/** Everything about one decision, and what can be done with it. */
export class DetailView {
  readonly element: HTMLElement;
  readonly #content: HTMLElement;
  readonly #explanation: HTMLElement;
  readonly #act: (action: PanelAction, record: AuditRecord) => void;
  #record: AuditRecord | null = null;

  constructor(act: (action: PanelAction, record: AuditRecord) => void) {
    this.#act = act;
    this.#content = createElement('div');
    this.#explanation = createElement('div', { attributes: { role: 'status' } });
    const attributes = { 'aria-label': t`Decision`, tabindex: '0' };
    this.element = createElement('section', { className: 'detail', attributes }, [
      this.#content,
      this.#explanation,
    ]);
    this.show(null, []);
  }

  /** Shows a decision and the programs that led to it, or that none is chosen. */
  show(record: AuditRecord | null, chain: readonly string[]): void {
    if (record !== null && record.id === this.#record?.id) return;
    this.#record = record;
    this.#explanation.replaceChildren();
    if (record === null) {
      this.#content.replaceChildren();
      return;
    }
    const { outcome, command } = formatDecision(record);
    const fields = describeDecision(record, { count: 1, chain });
    const list = createElement('dl');
    for (const { name, value } of fields) {
      list.append(createElement('dt', { text: name }), createElement('dd', { text: value }));
    }
    this.#content.replaceChildren(
      createElement('h2', { text: capitalise(outcome) }),
      createElement('pre', { text: command }),
      this.#createButtons(record),
      list,
    );
  }

  /** Shows why, when that decision is still the chosen one. */
  explain(id: string, sections: readonly PanelSection[]): void {
    if (id !== this.#record?.id) return;
    const shown = sections.flatMap(({ heading, lines }) => [
      createElement('h3', { text: heading }),
      createElement('pre', { text: lines.join('\n') }),
    ]);
    this.#explanation.replaceChildren(...shown);
  }

  #createButtons(record: AuditRecord): HTMLElement {
    const possible = panelActions.filter(({ action }) => isPossible(action, record));
    if (possible.length === 0) return createElement('div');
    const buttons = possible.map(({ action, label }) => createButton(label, () => this.#act(action, record)));
    const attributes = { role: 'group', 'aria-label': t`What to do with it` };
    return createElement('div', { className: 'buttons', attributes }, buttons);
  }
}

/** What was refused can be allowed, what ran can be blocked. */
function isPossible(action: PanelAction, record: AuditRecord): boolean {
  if (isNote(record)) return false;
  switch (action) {
    case 'allow':
      return isRefused(record);
    case 'block':
      return !isDenial(record);
    case 'openRule':
      return record.rule !== null;
    case 'copy':
    case 'showTerminal':
      return true;
  }
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
