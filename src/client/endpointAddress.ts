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

/** Reads `RAMPART_URL`: `unix://PATH` or `http://HOST[:PORT][/prefix]`. A failure says what is wrong with it. */
export function parseEndpointUrl(url: string): Result<EndpointAddress, string> {
  if (url.startsWith(unixScheme)) {
    const path = url.slice(unixScheme.length);
    return path.startsWith('/')
      ? success({ kind: 'socket', path })
      : failure(`the path of the socket must be absolute: ${url}`);
  }
  if (!URL.canParse(url)) return failure(`not a URL: ${url}`);
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:') return failure(`the URL must start with unix:// or http://: ${url}`);
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    return failure('the URL may hold a host, a port and a path, nothing else');
  }
  return success({
    kind: 'tcp',
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 80 : Number(parsed.port),
    prefix: parsed.pathname.replace(/\/+$/, ''),
  });
}

/** The URL of a socket, as the library takes it. */
export function formatSocketUrl(path: string): string {
  return `${unixScheme}${path}`;
}
