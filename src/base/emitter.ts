import type { Disposable } from './disposable.ts';

/** Subscribes a listener; disposing the result ends the subscription. Structurally the editor's own type. */
export type Event<Value> = (listener: (value: Value) => void) => Disposable;

/** A typed event. A listener that is added or removed while a value is fired takes effect with the next one. */
export class Emitter<Value> implements Disposable {
  readonly #listeners = new Set<(value: Value) => void>();

  readonly event: Event<Value> = (listener) => {
    const entry = (value: Value): void => {
      listener(value);
    };
    this.#listeners.add(entry);
    return { dispose: () => this.#listeners.delete(entry) };
  };

  fire(value: Value): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
