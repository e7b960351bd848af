/** What an element is made with: text goes in as text, never as markup. */
export interface ElementOptions {
  readonly className?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Creates an element with its text, attributes and children. */
export function createElement<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { className, text, attributes }: ElementOptions = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== undefined) element.className = className;
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Creates a button that says what it does. */
export function createButton(label: string, run: () => void): HTMLButtonElement {
  const button = createElement('button', { text: label, attributes: { type: 'button' } });
  button.addEventListener('click', run);
  return button;
}
