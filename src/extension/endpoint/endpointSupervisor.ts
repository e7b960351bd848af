import { messageOf } from '../../base/assert.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { Logger } from '../../base/logger.ts';
import type { Result } from '../../base/result.ts';
import type { ConnectionState, EventSource } from '../../client/eventSource.ts';
import type { StreamEvent } from '../../protocol/streamEvent.ts';
import type { EndpointHealth } from '../../presentation/statusText.ts';

/** What the supervisor is given. */
export interface SupervisorParts {
  /** A stream that is not open yet; called anew when the window's folders change. */
  readonly createSource: () => EventSource;
  /** Makes sure that an endpoint runs; resolves when it answers, or with the reason why none can be had. */
  readonly ensureEndpoint: () => Promise<Result<unknown, string>>;
  /** Whether something in this window has to find an endpoint: none is started in the place of one that ended where it has not. */
  readonly isNeeded: () => Promise<boolean>;
  readonly logger: Logger;
  /** The pause before an endpoint is tried again that just could not be had; it doubles. Default 250 ms. */
  readonly firstPauseMs?: number;
}

/** The endpoint as this window sees it; `cause` says why it is away. */
export interface EndpointState {
  readonly health: EndpointHealth;
  readonly cause: string | null;
}

const defaultFirstPauseMs = 250;

/** The longest pause between two tries, in milliseconds. */
const longestPauseMs = 10_000;

/** How long a stream that is opened anew may take until it counts as lost, in milliseconds. */
const reopenGraceMs = 1_000;

/**
 * Keeps this window connected to an endpoint. `join` uses one that is there; after `start` one is started, and
 * started again at once whenever the stream drops while it is needed, with growing pauses where that fails.
 */
export class EndpointSupervisor implements Disposable {
  readonly #parts: SupervisorParts;
  readonly #changed = new Emitter<EndpointState>();
  readonly #received = new Emitter<StreamEvent>();
  #source: EventSource;
  #subscriptions: readonly Disposable[];
  #state: EndpointState = { health: 'idle', cause: null };
  #keeping = false;
  #reviving = false;
  /** It is being found out whether an endpoint is needed. */
  #asking = false;
  #retry: NodeJS.Timeout | null = null;
  #pauseMs: number;
  #disposed = false;

  readonly onDidChange: Event<EndpointState> = this.#changed.event;
  /** What the stream brings; `connected` comes first after each time it was opened. */
  readonly onDidReceive: Event<StreamEvent> = this.#received.event;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#pauseMs = parts.firstPauseMs ?? defaultFirstPauseMs;
    this.#source = parts.createSource();
    this.#subscriptions = this.#subscribe();
  }

  get state(): EndpointState {
    return this.#state;
  }

  /** Connects to an endpoint that is there; none is started. */
  join(): void {
    this.#source.open();
  }

  /** From now on keeps an endpoint running for this window, as long as it is needed. */
  start(): void {
    if (this.#keeping || this.#disposed) return;
    this.#keeping = true;
    if (this.#source.state.connected) return;
    this.#change({ health: 'starting', cause: null });
    this.#revive();
  }

  /** Whether the stream is open, or opens within the time given. */
  async connected(withinMs: number): Promise<boolean> {
    if (this.#state.health === 'connected') return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), withinMs);
      const subscription = this.onDidChange((state) => {
        if (state.health === 'connected') settle(true);
      });
      const settle = (isConnected: boolean): void => {
        clearTimeout(timer);
        subscription.dispose();
        resolve(isConnected);
      };
    });
  }

  /** Opens the stream anew: what it was told about the window has changed. */
  reopen(): void {
    const wasConnected = this.#source.state.connected;
    this.#drop();
    this.#source = this.#parts.createSource();
    this.#subscriptions = this.#subscribe();
    this.#source.open();
    if (wasConnected) this.#planRetry(reopenGraceMs);
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#drop();
    this.#changed.dispose();
    this.#received.dispose();
  }

  #subscribe(): readonly Disposable[] {
    return [
      this.#source.onDidReceive((event) => this.#received.fire(event)),
      this.#source.onDidChangeConnection((connection) => this.#follow(connection)),
    ];
  }

  #drop(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#source.dispose();
  }

  #follow(connection: ConnectionState): void {
    if (connection.connected) {
      this.#pauseMs = this.#parts.firstPauseMs ?? defaultFirstPauseMs;
      this.#change({ health: 'connected', cause: null });
      return;
    }
    if (this.#state.health === 'connected') {
      this.#parts.logger.warn(`the stream of the policy endpoint ended: ${connection.reason}`);
      if (this.#keeping) {
        this.#ask(connection.reason);
        return;
      }
    }
    this.#lose(connection.reason);
  }

  /** Whether the next endpoint is this window's to start may still have to be found out. */
  #ask(reason: string): void {
    this.#change({ health: 'away', cause: reason });
    this.#asking = true;
    this.#parts
      .isNeeded()
      .catch(() => true)
      .then((isNeeded) => {
        this.#asking = false;
        if (this.#disposed || this.#source.state.connected) return;
        this.#keeping &&= isNeeded;
        this.#lose(reason);
      })
      .catch((thrown: unknown) => this.#parts.logger.error(messageOf(thrown)));
  }

  #revive(): void {
    if (this.#reviving || this.#disposed) return;
    this.#reviving = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#parts
      .ensureEndpoint()
      .then((outcome) => this.#take(outcome.ok ? null : outcome.error))
      .catch((thrown: unknown) => this.#take(messageOf(thrown)));
  }

  /** Also after a success the next try is planned: an endpoint that answers may still refuse the stream. */
  #take(error: string | null): void {
    this.#reviving = false;
    if (this.#disposed || this.#source.state.connected) return;
    if (error === null) {
      this.#source.open();
    } else {
      this.#parts.logger.error(`no policy endpoint can be had: ${error}`);
      this.#change({ health: 'away', cause: error });
    }
    this.#planRetry(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  #planRetry(pauseMs: number): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      const connection = this.#source.state;
      if (!connection.connected) this.#lose(connection.reason);
    }, pauseMs);
  }

  #lose(reason: string): void {
    this.#change({ health: this.#keeping ? 'away' : 'idle', cause: reason });
    if (this.#keeping && !this.#asking) this.#revive();
  }

  #change(state: EndpointState): void {
    const { health, cause } = this.#state;
    this.#state = state;
    if (state.health !== health || state.cause !== cause) this.#changed.fire(state);
  }
}
