import { Connection } from './connection.ts';
import type { DoorSettings } from './connection.ts';
import type { Line } from './line.ts';
import { listenAtPath, listenAtPort } from './listeners.ts';
import type { Listener, ListenerAddon } from './listeners.ts';

/** How often it is looked which connections take too long, in milliseconds. */
const timeoutCheckMs = 1_000;

/** How many connections are open at once. A further one takes the place of the oldest that has not asked yet. */
const maxConnections = 4_096;

/**
 * An HTTP/1.1 server: limits, framing and JSON on the outside, plain values inside. Our own instead of Node's,
 * because a connection carries one small question and Node's costs as much as the decision.
 */
export class HttpDoor {
  readonly #settings: DoorSettings;
  readonly #connections = new Set<Connection>();
  #listener: Listener | null = null;
  #timer: NodeJS.Timeout | null = null;
  #onEmpty: (() => void) | null = null;

  /** Nothing is open yet. */
  constructor(settings: DoorSettings) {
    this.#settings = settings;
  }

  /** The TCP port that it listens on; null on a Unix socket. */
  get port(): number | null {
    return this.#listener?.port ?? null;
  }

  /** Rejects when the socket cannot be made. */
  async listenAtPath(path: string, addon: ListenerAddon): Promise<void> {
    this.#open(await listenAtPath(path, addon, (line, first) => this.#admit(line, first)));
  }

  /** Rejects when the port is taken; 0 takes any free one. */
  async listenAtPort(port: number): Promise<void> {
    this.#open(await listenAtPort(port, (line, first) => this.#admit(line, first)));
  }

  /** Lets nobody in any more, and goes on with who is there; settles when they have left. */
  async close(): Promise<void> {
    this.#listener?.close();
    if (this.#connections.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Keeps the process alive no longer. */
  unref(): void {
    this.#listener?.unref();
  }

  /** Ends the connections on which nothing was asked. */
  closeIdleConnections(): void {
    for (const connection of this.#connections) if (connection.isIdle) connection.destroy();
  }

  closeAllConnections(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  #open(listener: Listener): void {
    this.#listener = listener;
    this.#timer = setInterval(() => this.#checkTimes(), timeoutCheckMs);
    this.#timer.unref();
  }

  #admit(line: Line, first: Buffer | null): void {
    const connection = new Connection(line, this.#settings, first);
    if (line.isClosed) return;
    if (this.#connections.size >= maxConnections) this.#makeRoom();
    this.#connections.add(connection);
    line.socket.on('close', () => this.#forget(connection));
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#onEmpty?.();
  }

  #makeRoom(): void {
    for (const connection of this.#connections) {
      if (!connection.isReading) continue;
      this.#connections.delete(connection);
      connection.destroy();
      return;
    }
  }

  #checkTimes(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.checkTime(now);
  }
}
