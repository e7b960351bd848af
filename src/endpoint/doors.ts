import { chmodSync, rmSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import { maxBodyBytes } from '../protocol/routes.ts';
import type { NativeAddon } from '../system/nativeAddon.ts';
import { bearerTokenOf, webRefusalOf } from './access.ts';
import type { Caller, Peer } from './exchange.ts';
import { createDoor, descriptorOf } from './server.ts';
import type { DoorSettings } from './server.ts';

/** The largest request body on the socket, in bytes: a long argument list with its base64. */
const maxSocketBodyBytes = 8_388_608;

/** How long answers that are on their way may take when the endpoint ends, in milliseconds. */
const farewellMs = 500;

/** Where the endpoint listens: its Unix socket and, if wanted, a TCP port of this machine. */
export class Doors {
  readonly #answer: DoorSettings['answer'];
  readonly #servers: Server[] = [];
  #url: string | null = null;

  constructor(answer: DoorSettings['answer']) {
    this.#answer = answer;
  }

  /** `http://127.0.0.1:PORT`; null while no TCP port is open. */
  get url(): string | null {
    return this.#url;
  }

  /** Rejects when the socket cannot be made. A file that a dead endpoint left in its place is removed. */
  async openSocket(path: string, addon: Pick<NativeAddon, 'peerCredentials'>): Promise<void> {
    const server = createDoor({
      maxBodyBytes: maxSocketBodyBytes,
      refusalOf: () => null,
      callerOf: (incoming) => ({ door: 'socket', readPeer: () => peerOf(incoming, addon) }),
      answer: this.#answer,
    });
    rmSync(path, { force: true });
    await this.#listen(server, { path });
    chmodSync(path, 0o600);
  }

  /** Rejects when the port is taken; 0 takes any free one. */
  async openPort(port: number): Promise<void> {
    const server = createDoor({
      maxBodyBytes,
      refusalOf: webRefusalOf,
      callerOf: tcpCallerOf,
      answer: this.#answer,
    });
    await this.#listen(server, { host: '127.0.0.1', port });
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#url = `http://127.0.0.1:${address.port}`;
  }

  /** Lets nobody in any more, waits a little for answers that are on their way, then closes all. */
  async close(): Promise<void> {
    const closed = Promise.all(
      this.#servers.map((server) => new Promise((resolve) => server.close(resolve))),
    );
    for (const server of this.#servers) server.closeIdleConnections();
    const patience = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections();
    }, farewellMs);
    await closed;
    clearTimeout(patience);
  }

  async #listen(server: Server, where: ListenOptions): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(where, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#servers.push(server);
  }
}

function peerOf(incoming: IncomingMessage, addon: Pick<NativeAddon, 'peerCredentials'>): Peer | null {
  const descriptor = descriptorOf(incoming.socket);
  if (descriptor === null) return null;
  try {
    return addon.peerCredentials(descriptor);
  } catch {
    return null;
  }
}

/** A browser's event stream cannot send headers, so the stream's token may stand in its query; the peer has it so. */
function tcpCallerOf(incoming: IncomingMessage): Caller {
  const { method, url = '' } = incoming;
  const isStream = (method === 'GET' || method === 'HEAD') && url.startsWith('/v1/events/stream?');
  const inQuery = isStream ? new URLSearchParams(url.slice(url.indexOf('?'))).get('token') : null;
  return { door: 'tcp', token: bearerTokenOf(incoming) ?? inQuery };
}
