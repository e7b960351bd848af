import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));

/** The modules by which these rooms reach beyond their process: to the endpoint, and to an agent that is tried. */
const connecting = ['client/agents/scriptedModel.ts', 'client/eventSource.ts', 'client/httpExchange.ts'];

describe('nothing is told about anybody', () => {
  it('by the editor’s ways of telling it', () => {
    const telling = /createTelemetryLogger|TelemetryLogger|TelemetrySender|isTelemetryEnabled/;
    assert.deepEqual(
      sources.filter(({ text }) => telling.test(text)).map(({ name }) => name),
      [],
    );
    const { contributes, ...manifest } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly contributes: object;
      readonly dependencies?: object;
    };
    assert.equal(JSON.stringify(contributes).includes('elemetry'), false);
    assert.equal(manifest.dependencies, undefined, 'what is bundled is bundled from source');
  });

  it('by a connection of the editor’s, the panel’s or the client’s that is not to the endpoint', () => {
    const opening =
      /\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|^import \{ (?!isIP).*\} from '(?:node:(?:https?|http2|net|tls|dgram|dns)|undici)'/m;
    const rooms = /^(?:extension|panel|presentation|client)\//;
    assert.deepEqual(
      sources
        .filter(({ name, text }) => rooms.test(name) && opening.test(text))
        .map(({ name }) => name)
        .sort(),
      connecting,
    );
  });
});
