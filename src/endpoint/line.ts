import { Socket } from 'node:net';
import type { NativeAddon } from '../system/nativeAddon.ts';

/** How a line without a stream sends its one answer. */
export type LastSender = Pick<NativeAddon, 'sendLast'>;

/**
 * A connection to one client. It begins as a bare descriptor where most clients ask one question and leave, and becomes
 * one of Node's streams, which costs more than such a question, as soon as it needs to wait for something.
 */
export class Line {
  readonly #sender: LastSender | null;
  #descriptor: number | null;
  #socket: Socket | null;

  private constructor(descriptor: number | null, socket: Socket | null, sender: LastSender | null) {
    this.#descriptor = descriptor;
    this.#socket = socket;
    this.#sender = sender;
  }

  static ofSocket(socket: Socket): Line {
    return new Line(null, socket, null);
  }

  /** The descriptor is the line's from now on. */
  static ofDescriptor(descriptor: number, sender: LastSender): Line {
    return new Line(descriptor, null, sender);
  }

  /** The connection as a stream. */
  get socket(): Socket {
    this.#socket ??= new Socket({
      fd: this.#descriptor ?? -1,
      allowHalfOpen: true,
      readable: true,
      writable: true,
    });
    return this.#socket;
  }

  /** Null when it is closed, or on no Unix. */
  get descriptor(): number | null {
    return this.#socket === null ? this.#descriptor : descriptorOf(this.#socket);
  }

  get isClosed(): boolean {
    return this.#socket === null ? this.#descriptor === null : this.#socket.destroyed;
  }

  destroy(): void {
    if (!this.isClosed) this.socket.destroy();
  }

  /**
   * Sends the last answer and closes at once when the kernel has taken it, for that arrives: to wait for the client's
   * farewell would cost as much as to read its question.
   */
  sendLast(text: string): void {
    if (this.#socket === null && this.#descriptor !== null && this.#sender !== null) {
      const bytes = this.#sender.sendLast(this.#descriptor, text);
      const rest = Buffer.byteLength(text) === bytes ? null : Buffer.from(text).subarray(bytes);
      if (rest === null) this.#descriptor = null;
      else this.socket.end(rest);
      return;
    }
    const { socket } = this;
    socket.write(text);
    if (socket.writableLength === 0) socket.destroy();
    else socket.end();
  }
}

/** Node has the descriptor of a connection, but does not say so in its types. */
function descriptorOf(socket: Socket): number | null {
  const handle: unknown = Reflect.get(socket, '_handle');
  const descriptor: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : null;
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : null;
}
