import type { ShellScript, ShellVariables } from './shellScript.ts';

/** How many texts are remembered, and how long each may be: those who work run the same few lines again and again. */
const maxKnown = 256;
const maxKnownLength = 1_024;

/** Remembers as what texts were read, because to read one costs as much as the rest of a decision. */
export class KnownScripts {
  readonly #scripts = new Map<string, ShellScript>();

  /** What `text` was read as, or `readAnew` reads it as now. */
  read(
    text: string,
    variables: ShellVariables,
    readAnew: (variables: ShellVariables) => ShellScript,
  ): ShellScript {
    if (text.length > maxKnownLength) return readAnew(variables);
    const known = this.#scripts.get(text);
    if (known !== undefined) return known;
    const asked = new Set<string>();
    const script = readAnew({
      get: (name) => {
        asked.add(name);
        return variables.get(name);
      },
    });
    // A fallback may have been read because there was no time left, or no grammar.
    if (asked.size === 0 && !script.isFallback) this.#remember(text, script);
    return script;
  }

  #remember(text: string, script: ShellScript): void {
    if (this.#scripts.size >= maxKnown) this.#scripts.clear();
    this.#scripts.set(text, script);
  }
}
