import { request } from 'node:http';
import type { UnknownRecord } from '../../../src/base/record.ts';
import type { RunningFixture } from './runningEndpoint.ts';

/** A question that is held, or was. */
export interface Held {
  /** What came back, when it did. */
  readonly answer: Promise<UnknownRecord>;
  readonly interims: () => number;
  readonly leave: () => void;
}

/** Asks as the library does, which waits as long as it is told to; one that prefers nothing does not. */
export function askWaiting(
  fixture: Pick<RunningFixture, 'paths'>,
  command: string,
  fields: UnknownRecord,
  prefer: string | null = 'wait=120',
): Held {
  let interims = 0;
  const call = request({
    socketPath: fixture.paths.socket,
    method: 'POST',
    path: '/v1/preflight/exec',
    headers: prefer === null ? {} : { Prefer: prefer },
    agent: false,
  });
  const answer = new Promise<UnknownRecord>((resolve) => {
    call.on('information', ({ statusCode }) => (interims += statusCode === 102 ? 1 : 0));
    call.on('error', () => resolve({}));
    call.on('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      incoming.on('end', () => resolve(JSON.parse(text) as UnknownRecord));
    });
  });
  const body = { agent: 'preload', session: 's', params: { command }, enforce: true };
  call.end(JSON.stringify({ ...body, ...fields }));
  return { answer, interims: () => interims, leave: () => call.destroy() };
}
