import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { EndpointAddress } from '../../src/client/endpointAddress.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** An HTTP server on a Unix socket, closed when the test ends. */
export interface SocketServer {
  readonly server: Server;
  readonly address: EndpointAddress & { readonly kind: 'socket' };
}

/** Starts a server that answers as the listener says. */
export async function startSocketServer(
  context: TestContext,
  listener: RequestListener,
): Promise<SocketServer> {
  const path = join(temporaryFolder(context), 'endpoint.sock');
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, address: { kind: 'socket', path } };
}
