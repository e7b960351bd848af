import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody on loopback who takes what is sent, and gives a script to whoever asks. */
export interface Stranger {
  readonly origin: string;
  /** What was sent since the last `forget`. */
  readonly received: () => string;
  readonly forget: () => void;
  readonly stop: () => void;
}

/** What `GET /install.sh` gives. */
const script = '#!/bin/sh\ntouch "$HOME/installed"\n';

export async function startStranger(): Promise<Stranger> {
  let received = '';
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (piece: string) => (received += piece));
    request.on('end', () => response.end(request.url === '/install.sh' ? script : 'thanks\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    forget: () => (received = ''),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
