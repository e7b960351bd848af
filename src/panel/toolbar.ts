import { formatAgent } from '../presentation/agentLabel.ts';
import { outcomeWords, type FilterOutcome } from '../presentation/decisionFilter.ts';
import type { ExportFormat } from '../presentation/exportDecisions.ts';
import { createButton, createElement } from './element.ts';
import { t } from '../presentation/localise.ts';

/** What the toolbar asks for. */
export interface ToolbarParts {
  readonly onText: (text: string) => void;
  readonly onOutcome: (outcome: FilterOutcome | null) => void;
  readonly onAgent: (agent: string | null) => void;
  readonly onOlder: () => void;
  readonly onExport: (format: ExportFormat) => void;
}

/** The value of the choice that leaves nothing out. */
const everything = '';

/** Above the table: what is looked for, how many there are, and what can be done with all of them. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #search: HTMLInputElement;
  readonly #outcome: HTMLSelectElement;
  readonly #agent: HTMLSelectElement;
  readonly #older: HTMLButtonElement;
  readonly #count: HTMLElement;
  #agents = '';

  constructor(parts: ToolbarParts) {
    this.#search = createElement('input', {
      attributes: { type: 'search', placeholder: t`Search (/)`, 'aria-label': t`Search decisions` },
    });
    this.#search.addEventListener('input', () => parts.onText(this.#search.value.trim()));
    this.#outcome = createElement('select', { attributes: { 'aria-label': t`Which decisions` } }, [
      createChoice(everything, t`all decisions`),
      ...Object.entries(outcomeWords).map(([value, label]) => createChoice(value, label)),
    ]);
    this.#outcome.addEventListener('change', () => parts.onOutcome(outcomeNamed(this.#outcome.value)));
    this.#agent = createElement('select', { attributes: { 'aria-label': t`Which agents` } });
    this.#agent.addEventListener('change', () => {
      parts.onAgent(this.#agent.value === everything ? null : this.#agent.value);
    });
    this.#older = createButton(t`Load Older`, parts.onOlder);
    this.#count = createElement('span', { className: 'count', attributes: { role: 'status' } });
    this.element = createElement('header', {}, [
      ...[this.#search, this.#outcome, this.#agent, this.#count, this.#older],
      createButton(t`Export JSON`, () => parts.onExport('json')),
      createButton(t`Export CSV`, () => parts.onExport('csv')),
    ]);
  }

  /** Puts the cursor into the search. */
  focusSearch(): void {
    this.#search.focus();
    this.#search.select();
  }

  /** Empties the search; false when it is empty. */
  clearSearch(): boolean {
    const had = this.#search.value !== '';
    this.#search.value = '';
    return had;
  }

  /** Shows what is looked for and how much there is. */
  show(state: {
    readonly text: string;
    readonly outcome: FilterOutcome | null;
    readonly agent: string | null;
    readonly agents: readonly string[];
    readonly count: string;
    readonly canLoadOlder: boolean;
  }): void {
    if (document.activeElement !== this.#search) this.#search.value = state.text;
    this.#outcome.value = state.outcome ?? everything;
    this.#showAgents(state.agents);
    this.#agent.value = state.agent ?? everything;
    this.#older.disabled = !state.canLoadOlder;
    // A screen reader says what changes, so that nothing is written that is there already.
    if (this.#count.textContent !== state.count) this.#count.textContent = state.count;
  }

  #showAgents(agents: readonly string[]): void {
    const joined = agents.join('\n');
    if (joined === this.#agents && this.#agent.childElementCount > 0) return;
    this.#agents = joined;
    const choices = agents.map((agent) => createChoice(agent, formatAgent(agent)));
    this.#agent.replaceChildren(createChoice(everything, t`all agents`), ...choices);
  }
}

function createChoice(value: string, label: string): HTMLOptionElement {
  return createElement('option', { text: label, attributes: { value } });
}

function outcomeNamed(value: string): FilterOutcome | null {
  return value === 'denied' || value === 'unenforced' || value === 'allowed' ? value : null;
}
