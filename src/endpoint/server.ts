import { createServer } from 'node:net';
import type { ListenOptions, Server, Socket } from 'node:net';
import { Connection } from './connection.ts';
import type { DoorSettings } from './connection.ts';

/** How often it is looked which connections take too long, in milliseconds. */
const timeoutCheckMs = 1_000;

/** How many connections are open at once. A further one takes the place of the oldest that has not asked yet. */
const maxConnections = 4_096;

/**
 * An HTTP/1.1 server: limits, framing and JSON on the outside, plain values inside. Our own instead of Node's,
 * because a connection carries one small question and Node's costs as much as the decision.
 */
export class HttpDoor {
  readonly #server: Server;
  readonly #settings: DoorSettings;
  readonly #connections = new Set<Connection>();
  #timer: NodeJS.Timeout | null = null;

  /** Nothing is open yet. */
  constructor(settings: DoorSettings) {
    this.#settings = settings;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#admit(socket));
  }

  /** The TCP port that it listens on; null on a Unix socket. */
  get port(): number | null {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  /** Rejects when it cannot listen there. */
  async listen(where: ListenOptions): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(where, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#timer = setInterval(() => this.#checkTimes(), timeoutCheckMs);
    this.#timer.unref();
  }

  /** Lets nobody in any more, and goes on with who is there; settles when they have left. */
  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Keeps the process alive no longer. */
  unref(): void {
    this.#server.unref();
  }

  /** Ends the connections on which nothing was asked. */
  closeIdleConnections(): void {
    for (const connection of this.#connections) if (connection.isIdle) connection.destroy();
  }

  closeAllConnections(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  #admit(socket: Socket): void {
    if (this.#connections.size >= maxConnections) this.#makeRoom();
    const connection = new Connection(socket, this.#settings);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
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
