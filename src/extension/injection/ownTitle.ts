/**
 * What a terminal's own program is called. A terminal shows as its title what runs in its foreground, and a little
 * late: a title is its own when it was shown at two looks, with its own program in front at both.
 */
export class OwnTitle {
  #title: string;
  #inFront: string | null = null;

  /** A terminal that is opened with a name, or with none yet. */
  constructor(title: string) {
    this.#title = title;
  }

  /** Empty as long as it is not known. */
  get text(): string {
    return this.#title;
  }

  /** Takes the title that is shown, and whether the terminal's own program is in front. True when it is called anew. */
  look(shown: string, isInFront: boolean): boolean {
    const isSteady = isInFront && shown === this.#inFront;
    this.#inFront = isInFront ? shown : null;
    const isNews = shown !== '' && shown !== this.#title;
    if (!isNews || !(isSteady || this.#title === '')) return false;
    this.#title = shown;
    return true;
  }
}
