import type { Disposable } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { Result } from '../base/result.ts';
import { extensionsAgent } from '../protocol/environment.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { namesLibrary } from '../system/namesLibrary.ts';
import { checkLibrary } from './checkLibrary.ts';
import { HostEnvironment } from './hostEnvironment.ts';
import { nameOf } from './measureTree.ts';

/** How it stands with what extensions start. `problem` says why it is not guarded though it was wanted. */
export type HostState =
  | { readonly kind: 'off' }
  | { readonly kind: 'checking' }
  | { readonly kind: 'guarded' }
  | { readonly kind: 'unguarded'; readonly problem: string };

/** A program that an extension started and that still runs. */
export interface HostChild {
  readonly pid: number;
  readonly name: string;
  readonly hasLibrary: boolean;
}

/** What the guard of an extension host is given. */
export interface HostGuardParts {
  /** The environment of this very process, which everything that it starts gets. */
  readonly environment: Record<string, string | undefined>;
  readonly platform: string;
  readonly pid: number;
  readonly processes: ProcessTable;
}

/** Where a guarded host's children load the library from and ask. */
export interface HostTarget {
  readonly library: string;
  readonly url: string;
}

/** Guards what the extensions of this process start without a terminal, from now on. */
export class HostGuard implements Disposable {
  readonly #parts: HostGuardParts;
  readonly #environment: HostEnvironment;
  readonly #changed = new Emitter<null>();
  #state: HostState = { kind: 'off' };
  #target = '';
  #isDisposed = false;

  readonly onDidChange: Event<null> = this.#changed.event;

  constructor(parts: HostGuardParts) {
    this.#parts = parts;
    this.#environment = new HostEnvironment(parts.environment, parts.platform);
  }

  get state(): HostState {
    return this.#state;
  }

  get pid(): number {
    return this.#parts.pid;
  }

  /** The name under which the endpoint hears of everything that is started here. */
  get session(): string {
    return `extension-host-${this.#parts.pid}`;
  }

  /**
   * Guards, or stops guarding when there is no target; resolves when the effect was seen in a child. What was begun
   * before this was disposed of, and comes here late, changes nothing.
   */
  async apply(target: HostTarget | null): Promise<void> {
    if (this.#isDisposed) return;
    const wanted = JSON.stringify(target);
    if (this.#state.kind === 'guarded' && wanted === this.#target) return;
    this.#target = wanted;
    if (target === null) {
      this.#environment.restore();
      this.#change({ kind: 'off' });
      return;
    }
    const { platform, environment } = this.#parts;
    const settings = { mode: '', failOpen: '', agent: extensionsAgent, session: this.session } as const;
    this.#environment.arm({ ...target, ...settings });
    this.#change({ kind: 'checking' });
    const seen = await checkLibrary(target.library, { ...environment }, platform);
    this.#take(seen);
  }

  /** Whether something that was started here asks the endpoint, also when nothing that is started now would. */
  get hasGuarded(): boolean {
    return this.children().some(({ hasLibrary }) => hasLibrary);
  }

  /** The children of this process that run now. */
  children(): readonly HostChild[] {
    const { processes, pid } = this.#parts;
    return (processes.children(pid) ?? [])
      .filter((child) => processes.stat(child)?.alive === true)
      .map((child) => ({
        pid: child,
        name: nameOf(processes, child),
        hasLibrary: namesLibrary(processes.maps(child) ?? ''),
      }));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#environment.restore();
    this.#changed.dispose();
  }

  /** What cannot be loaded would only make every program complain. */
  #take(seen: Result<null, string>): void {
    if (seen.ok) {
      this.#change({ kind: 'guarded' });
      return;
    }
    this.#environment.restore();
    this.#change({ kind: 'unguarded', problem: seen.error });
  }

  #change(state: HostState): void {
    this.#state = state;
    this.#changed.fire(null);
  }
}
