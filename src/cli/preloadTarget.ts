import { basename, dirname, resolve } from 'node:path';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { formatSocketUrl, parseEndpointUrl } from '../client/endpointAddress.ts';
import type { EndpointAddress } from '../client/endpointAddress.ts';
import { maxSocketPathBytes, stateEntries } from '../protocol/routes.ts';
import { statePathsIn } from '../system/stateDirectory.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { namedStateDirectory } from './command.ts';
import type { CommandContext } from './command.ts';
import type { Options } from './options.ts';

/** The endpoint that a guarded tree asks. */
export interface PreloadTarget {
  /** What the tree is told as `RAMPART_URL`. */
  readonly url: string;
  readonly address: EndpointAddress;
  /** Its state directory, where one can be started; null when it is somebody else's. */
  readonly paths: StatePaths | null;
}

/** The target in the order `--url`, `--state-dir`, `RAMPART_URL`, the user's own directory. */
export function choosePreloadTarget(
  options: Options,
  context: CommandContext,
): Result<PreloadTarget, string> {
  const flag = options.value('--url');
  if (flag !== undefined) return targetAt(flag);
  const variable = context.environment['RAMPART_URL'] ?? '';
  if (!options.has('--state-dir') && variable !== '') return targetAt(variable);
  const paths = namedStateDirectory(options, context);
  return paths.ok ? success(targetIn(paths.value)) : paths;
}

function targetIn(paths: StatePaths): PreloadTarget {
  return { url: formatSocketUrl(paths.socket), address: { kind: 'socket', path: paths.socket }, paths };
}

function targetAt(url: string): Result<PreloadTarget, string> {
  const address = parseEndpointUrl(url);
  if (!address.ok) return address;
  if (address.value.kind === 'tcp') return success({ url, address: address.value, paths: null });
  const path = resolve(address.value.path);
  if (Buffer.byteLength(path) > maxSocketPathBytes) {
    return failure(`the path of the socket has more than ${maxSocketPathBytes} bytes: ${path}`);
  }
  return basename(path) === stateEntries.socket
    ? success(targetIn(statePathsIn(dirname(path))))
    : success({ url, address: address.value, paths: null });
}
