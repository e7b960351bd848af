import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseEndpointOptions } from '../../../src/endpoint/options.ts';

function parsed(...words: readonly string[]): unknown {
  const options = parseEndpointOptions(words);
  return options.ok ? options.value : options.error;
}

const nothing = {
  stateDirectory: undefined,
  port: null,
  policyFiles: [],
  withDefaultPolicy: true,
  mode: null,
  onDemand: false,
  startedBy: [],
  ignoredSignals: '',
  upstream: null,
  lingerMs: 60_000,
  holdMs: 20_000,
};

test('takes every option, and none', () => {
  assert.deepEqual(parsed(), nothing);
  const words =
    '--state-dir d --port 0 --policy /a --policy b --no-default-policy --mode monitor --on-demand --started-by 7:89,8:90 --ignored-signals 0000000000000001 --linger 5 --hold 0 --upstream http://localhost:1 --upstream-token-file t --upstream-ca /c --upstream-fail-closed';
  assert.deepEqual(parsed(...words.split(' ')), {
    stateDirectory: 'd',
    port: 0,
    policyFiles: ['/a', join(process.cwd(), 'b')],
    withDefaultPolicy: false,
    mode: 'monitor',
    onDemand: true,
    startedBy: [
      { pid: 7, started: 89 },
      { pid: 8, started: 90 },
    ],
    ignoredSignals: '0000000000000001',
    upstream: {
      url: 'http://localhost:1',
      tokenFile: join(process.cwd(), 't'),
      authorities: '/c',
      failsClosed: true,
    },
    lingerMs: 5_000,
    holdMs: 0,
  });
});

test('says what is wrong', () => {
  assert.match(String(parsed('--colour')), /Unknown option '--colour'/);
  assert.match(String(parsed('now')), /now/);
  for (const port of ['x', '-1', '65536', '1.5', '']) {
    assert.equal(parsed(`--port=${port}`), '--port is a whole number from 0 to 65535', port);
  }
  assert.equal(parsed('--linger', 'long'), '--linger is a whole number from 0 to 86400');
  assert.equal(parsed('--hold', '111'), '--hold is a whole number from 0 to 110');
  assert.match(String(parsed('--upstream', 'localhost:9090')), /^--upstream: the upstream is http/);
  assert.equal(parsed('--upstream-ca', '/c'), 'what is said of an upstream needs --upstream');
  assert.equal(parsed('--mode', 'off'), '--mode is one of enforce, monitor, disabled');
  assert.equal(parsed('--started-by', '7'), '--started-by is written PID:STARTTICKS,…');
});
