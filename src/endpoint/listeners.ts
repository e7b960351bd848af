import { createServer } from 'node:net';
import type { ListenOptions } from 'node:net';
import type { NativeAddon } from '../system/nativeAddon.ts';
import { Line } from './line.ts';

/** How many connections may wait to be accepted; the kernel has a limit of its own. */
const maxWaiting = 4_096;

/** How much of what a client has sent is read before its connection needs a stream, in bytes. */
const firstBytes = 65_536;

/** What the Unix socket needs of the addon. */
export type ListenerAddon = Pick<NativeAddon, 'listenAt' | 'sendLast'>;

/** Gets each connection, and what its client has sent already where that was read. */
export type Admit = (line: Line, first: Buffer | null) => void;

/** What lets clients in. */
export interface Listener {
  /** The TCP port; null on a Unix socket. */
  readonly port: number | null;
  /** Lets nobody in any more. */
  close(): void;
  /** Keeps the process alive no longer. */
  unref(): void;
}

/** Listens on a Unix socket. Rejects when that cannot be made. */
export async function listenAtPath(path: string, addon: ListenerAddon, admit: Admit): Promise<Listener> {
  const room = Buffer.alloc(firstBytes);
  const native = addon.listenAt(path, maxWaiting, room, (descriptor, length) => {
    // A copy: what is not whole yet outlives this call.
    const first = length === 0 ? null : Buffer.from(room.subarray(0, length));
    admit(Line.ofDescriptor(descriptor, addon), first);
  });
  if (native === null) return listenByNode({ path, backlog: maxWaiting }, admit);
  return { port: null, close: () => native.close(), unref: () => native.unref() };
}

/** Listens on a TCP port of this machine, 0 for any free one. Rejects when it is taken. */
export function listenAtPort(port: number, admit: Admit): Promise<Listener> {
  return listenByNode({ host: '127.0.0.1', port, backlog: maxWaiting }, admit);
}

async function listenByNode(where: ListenOptions, admit: Admit): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true }, (socket) => admit(Line.ofSocket(socket), null));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : null,
    close: () => void server.close(),
    unref: () => void server.unref(),
  };
}
