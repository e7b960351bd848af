import type { ShellScript, ShellVariables } from './shellScript.ts';

/** How many texts are remembered, how long each may be, and all together: those who work run the same few lines again and again. */
const maxKnown = 256;
const maxKnownLength = 16_384;
const maxKnownLengths = 262_144;

/** As what a text was read, and what the variables held that it was read by. */
interface KnownScript {
  readonly script: ShellScript;
  readonly held: ReadonlyMap<string, readonly string[] | undefined>;
}

/** Remembers as what texts were read, because to read one costs as much as the rest of a decision. */
export class KnownScripts {
  /** By text, the first first. */
  readonly #scripts = new Map<string, KnownScript>();
  #lengths = 0;

  /** What `text` was read as, or `readAnew` reads it as now. */
  read(
    text: string,
    variables: ShellVariables,
    readAnew: (variables: ShellVariables) => ShellScript,
  ): ShellScript {
    if (text.length > maxKnownLength) return readAnew(variables);
    const known = this.#scripts.get(text);
    if (known !== undefined && isHeldBy(known, variables)) return known.script;
    const held = new Map<string, readonly string[] | undefined>();
    const script = readAnew({
      get: (name) => {
        const values = variables.get(name);
        held.set(name, values);
        return values;
      },
    });
    // A fallback may have been read because there was no time left, or no grammar.
    if (!script.isFallback) this.#remember(text, { script, held });
    return script;
  }

  #remember(text: string, known: KnownScript): void {
    this.#forget(text);
    this.#scripts.set(text, known);
    this.#lengths += text.length;
    for (const oldest of this.#scripts.keys()) {
      if (this.#scripts.size <= maxKnown && this.#lengths <= maxKnownLengths) return;
      this.#forget(oldest);
    }
  }

  #forget(text: string): void {
    if (this.#scripts.delete(text)) this.#lengths -= text.length;
  }
}

function isHeldBy({ held }: KnownScript, variables: ShellVariables): boolean {
  for (const [name, values] of held) if (!areSame(values, variables.get(name))) return false;
  return true;
}

function areSame(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  if (some === undefined || others === undefined) return some === others;
  return some.length === others.length && some.every((value, index) => value === others[index]);
}
