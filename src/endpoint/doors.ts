import { chmodSync, rmSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { Socket } from 'node:net';
import { maxBodyBytes } from '../protocol/routes.ts';
import type { NativeAddon } from '../system/nativeAddon.ts';
import { bearerTokenOf, versionRefusalOf, webRefusalOf } from './access.ts';
import type { DoorSettings } from './connection.ts';
import { isSameFile } from './endpointLock.ts';
import type { Caller, Peer } from './exchange.ts';
import type { RequestHead } from './requestHead.ts';
import { HttpDoor } from './server.ts';

/** The largest request body on the socket, in bytes: a long argument list with its base64. */
const maxSocketBodyBytes = 8_388_608;

/** How many connections may wait to be accepted; the kernel has a limit of its own. */
const maxWaiting = 4_096;

/** How long answers that are on their way may take when the endpoint ends, in milliseconds. */
const farewellMs = 500;

interface SocketDoor {
  readonly server: HttpDoor;
  readonly status: Stats;
}

/** Where the endpoint listens: its Unix socket and, if wanted, a TCP port of this machine. */
export class Doors {
  readonly #answer: DoorSettings['answer'];
  readonly #path: string;
  readonly #addon: Pick<NativeAddon, 'peerCredentials'>;
  #socket: SocketDoor | null = null;
  #port: HttpDoor | null = null;
  #url: string | null = null;
  #isClosing = false;

  /** Nothing is open yet; `path` is the socket's. */
  constructor(path: string, addon: Pick<NativeAddon, 'peerCredentials'>, answer: DoorSettings['answer']) {
    this.#path = path;
    this.#addon = addon;
    this.#answer = answer;
  }

  /** `http://127.0.0.1:PORT`; null while no TCP port is open. */
  get url(): string | null {
    return this.#url;
  }

  /** Rejects when the socket cannot be made. A file that a dead endpoint left in its place is removed. */
  async openSocket(): Promise<void> {
    const server = new HttpDoor({
      maxBodyBytes: maxSocketBodyBytes,
      refusalOf: versionRefusalOf,
      callerOf: (head, socket) => ({
        door: 'socket',
        readPeer: () => peerOf(socket, this.#addon),
        token: bearerTokenOf(head),
      }),
      answer: this.#answer,
    });
    rmSync(this.#path, { recursive: true, force: true });
    await server.listen({ path: this.#path, backlog: maxWaiting });
    chmodSync(this.#path, 0o600);
    this.#socket = { server, status: statSync(this.#path) };
  }

  /** Whether the socket still stands where we put it. */
  isSocketInPlace(): boolean {
    return this.#socket !== null && isSameFile(this.#socket.status, this.#path);
  }

  /** Makes the socket again, unless we are leaving; connections to the lost one are served to their end. */
  async reopenSocket(): Promise<void> {
    if (this.#isClosing) return;
    this.#socket?.server.close().catch(() => undefined);
    await this.openSocket();
  }

  /** Rejects when the port is taken; 0 takes any free one. */
  async openPort(port: number): Promise<void> {
    const server = new HttpDoor({
      maxBodyBytes,
      refusalOf: (head) => webRefusalOf(head) ?? versionRefusalOf(head),
      callerOf: tcpCallerOf,
      answer: this.#answer,
    });
    await server.listen({ host: '127.0.0.1', port, backlog: maxWaiting });
    this.#port = server;
    this.#url = `http://127.0.0.1:${server.port ?? port}`;
  }

  /**
   * Lets nobody in any more, waits a little for answers that are on their way, then closes all. A socket file
   * that is no longer ours stays: Node would remove whatever has its name.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    const isOurs = this.isSocketInPlace();
    if (!isOurs) this.#socket?.server.unref();
    const closing = [
      ...(isOurs && this.#socket !== null ? [this.#socket.server] : []),
      ...(this.#port === null ? [] : [this.#port]),
    ];
    const closed = Promise.all(closing.map((server) => server.close()));
    for (const server of closing) server.closeIdleConnections();
    const patience = setTimeout(() => {
      for (const server of closing) server.closeAllConnections();
    }, farewellMs);
    await closed;
    clearTimeout(patience);
    this.#socket?.server.closeAllConnections();
  }
}

function peerOf(socket: Socket, addon: Pick<NativeAddon, 'peerCredentials'>): Peer | null {
  const descriptor = descriptorOf(socket);
  if (descriptor === null) return null;
  try {
    return addon.peerCredentials(descriptor);
  } catch {
    return null;
  }
}

/** A browser's event stream cannot send headers, so the stream's token may stand in its query; the peer has it so. */
function tcpCallerOf(head: RequestHead): Caller {
  const { method, target: url } = head;
  const isStream = (method === 'GET' || method === 'HEAD') && url.startsWith('/v1/events/stream?');
  const inQuery = isStream ? new URLSearchParams(url.slice(url.indexOf('?'))).get('token') : null;
  return { door: 'tcp', token: bearerTokenOf(head) ?? inQuery };
}

/** The file descriptor of a connection; Node has it, but does not say so in its types. */
function descriptorOf(socket: Socket): number | null {
  const handle: unknown = Reflect.get(socket, '_handle');
  const descriptor: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : null;
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : null;
}
