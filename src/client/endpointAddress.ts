import { isIPv4, isIPv6 } from 'node:net';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';

/** Where an endpoint listens. */
export type EndpointAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** What stands before every route; empty or `/…` without a slash at its end. */
      readonly prefix: string;
    };

const unixScheme = 'unix://';

/** `sun_path` without its NUL; unix(7). */
const maxSunPathBytes = 107;

const httpUrl = /^http:\/\/(?:\[([^\]]*)\]|([^/:[\]]*))(?::(\d{1,5}))?(\/[^?#\s\p{Cc}]*)?$/iu;

/**
 * Reads `RAMPART_URL`: `unix://PATH` or `http://HOST[:PORT][/prefix]`, where the host is an address or `localhost`,
 * for the library resolves no names. A failure says what is wrong with it.
 */
export function parseEndpointUrl(url: string): Result<EndpointAddress, string> {
  if (url.toLowerCase().startsWith(unixScheme)) return parseSocketPath(url.slice(unixScheme.length));
  const [, v6, name = '', digits = '80', path = ''] = httpUrl.exec(url) ?? [];
  const host = v6 ?? name;
  const isHost = v6 === undefined ? isIPv4(host) || host.toLowerCase() === 'localhost' : isIPv6(host);
  const port = Number(digits);
  if (!isHost || port < 1 || port > 65_535) {
    return failure(
      'a URL is unix:///PATH or http://ADDRESS[:PORT][/PREFIX], with an IP address or localhost',
    );
  }
  return success({ kind: 'tcp', host, port, prefix: path.replace(/\/+$/, '') });
}

/** Whether two of these URLs lead to the same place, however they are written; one that is none leads nowhere. */
export function isSameAddress(one: string, other: string): boolean {
  const [first, second] = [one, other].map((url) => parseEndpointUrl(url));
  return first?.ok === true && second?.ok === true && placeOf(first.value) === placeOf(second.value);
}

function placeOf(address: EndpointAddress): string {
  if (address.kind === 'socket') return address.path;
  const { host, port, prefix } = address;
  return `${host.toLowerCase() === 'localhost' ? '127.0.0.1' : host}:${port}${prefix}`;
}

function parseSocketPath(path: string): Result<EndpointAddress, string> {
  if (!path.startsWith('/')) return failure('the path of the socket must be absolute');
  if (path.endsWith('/')) return failure('the path of the socket is that of a directory');
  return Buffer.byteLength(path) > maxSunPathBytes
    ? failure(`the path of the socket has more than ${maxSunPathBytes} bytes`)
    : success({ kind: 'socket', path });
}

/** The URL of a socket, as the library takes it. */
export function formatSocketUrl(path: string): string {
  return `${unixScheme}${path}`;
}
