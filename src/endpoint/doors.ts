import { chmodSync, rmSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { maxBodyBytes } from '../protocol/routes.ts';
import type { NativeAddon } from '../system/nativeAddon.ts';
import { bearerTokenOf, versionRefusalOf, webRefusalOf } from './access.ts';
import type { DoorSettings } from './connection.ts';
import { isSameFile } from './endpointLock.ts';
import type { Caller, Peer } from './exchange.ts';
import type { Line } from './line.ts';
import type { ListenerAddon } from './listeners.ts';
import type { RequestHead } from './requestHead.ts';
import { HttpDoor } from './server.ts';

/** The largest request body on the socket, in bytes: a long argument list with its base64. */
const maxSocketBodyBytes = 8_388_608;

/** How long answers that are on their way may take when the endpoint ends, in milliseconds. */
const farewellMs = 500;

interface SocketDoor {
  readonly server: HttpDoor;
  readonly status: Stats;
}

type DoorAddon = ListenerAddon & Pick<NativeAddon, 'peerCredentials'>;

/** Where the endpoint listens: its Unix socket and, if wanted, a TCP port of this machine. */
export class Doors {
  readonly #answer: DoorSettings['answer'];
  readonly #path: string;
  readonly #addon: DoorAddon;
  #socket: SocketDoor | null = null;
  #port: HttpDoor | null = null;
  #url: string | null = null;
  #isClosing = false;

  /** Nothing is open yet; `path` is the socket's. */
  constructor(path: string, addon: DoorAddon, answer: DoorSettings['answer']) {
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
      callerOf: (head, line) => ({
        door: 'socket',
        readPeer: () => peerOf(line, this.#addon),
        token: bearerTokenOf(head),
      }),
      answer: this.#answer,
    });
    rmSync(this.#path, { recursive: true, force: true });
    await server.listenAtPath(this.#path, this.#addon);
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
    await server.listenAtPort(port);
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
    if (isOurs) rmSync(this.#path, { force: true });
    for (const server of closing) server.closeIdleConnections();
    const patience = setTimeout(() => {
      for (const server of closing) server.closeAllConnections();
    }, farewellMs);
    await closed;
    clearTimeout(patience);
    this.#socket?.server.closeAllConnections();
  }
}

function peerOf(line: Line, addon: Pick<NativeAddon, 'peerCredentials'>): Peer | null {
  const { descriptor } = line;
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
