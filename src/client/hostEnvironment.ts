import { loaderVariable } from '../protocol/environment.ts';
import {
  armEnvironment,
  armingVariables,
  loaderSeparator,
  type PreloadSettings,
} from './preloadEnvironment.ts';

/** A variable as it was, and as we set it. */
interface Change {
  readonly before: string | undefined;
  readonly set: string;
}

/** The environment of a running process that others share: guards what it starts from now on, and can be put back. */
export class HostEnvironment {
  readonly #environment: Record<string, string | undefined>;
  readonly #platform: string;
  readonly #changes = new Map<string, Change>();
  #library: string | null = null;

  constructor(environment: Record<string, string | undefined>, platform: string) {
    this.#environment = environment;
    this.#platform = platform;
  }

  get isArmed(): boolean {
    return this.#library !== null;
  }

  /** Guards what is started from now on. Done again with other settings, it takes back what it did before. */
  arm(settings: PreloadSettings): void {
    this.restore();
    const armed = armEnvironment(this.#environment, settings, this.#platform);
    for (const { name } of armingVariables(settings, this.#platform)) {
      const set = armed[name] ?? '';
      this.#changes.set(name, { before: this.#environment[name], set });
      this.#environment[name] = set;
    }
    this.#library = settings.library;
  }

  /** Puts every variable back as it was; what somebody else has written since stays, without our library. */
  restore(): void {
    for (const [name, { before, set }] of this.#changes) {
      const now = this.#environment[name];
      if (now === set) this.#write(name, before);
      else if (name === loaderVariable(this.#platform)) this.#write(name, this.#withoutLibrary(now));
    }
    this.#changes.clear();
    this.#library = null;
  }

  /** An assignment of `undefined` would leave the text "undefined" behind. */
  #write(name: string, value: string | undefined): void {
    if (value === undefined) Reflect.deleteProperty(this.#environment, name);
    else this.#environment[name] = value;
  }

  #withoutLibrary(list: string | undefined): string | undefined {
    const others = (list ?? '').split(/[\s:]+/).filter((entry) => entry !== '' && entry !== this.#library);
    return others.length === 0 ? undefined : others.join(loaderSeparator);
  }
}
