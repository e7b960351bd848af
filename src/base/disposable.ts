/** Something that holds a resource until it is disposed. Structurally the editor's own type. */
export interface Disposable {
  dispose(): void;
}

/**
 * Owns disposables and disposes them in reverse order.
 * One that arrives after the list was disposed is disposed at once, so that a late arrival cannot leak.
 */
export class DisposableList implements Disposable {
  readonly #owned: Disposable[] = [];
  #disposed = false;

  add<Owned extends Disposable>(owned: Owned): Owned {
    if (this.#disposed) owned.dispose();
    else this.#owned.push(owned);
    return owned;
  }

  dispose(): void {
    this.#disposed = true;
    for (let owned = this.#owned.pop(); owned !== undefined; owned = this.#owned.pop()) owned.dispose();
  }
}
