import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostEnvironment } from '../../../src/client/hostEnvironment.ts';

const library = '/home/u/.rampart/lib/librampart.so';
const settings = { library, url: 'unix:///d/endpoint.sock', mode: '', failOpen: '', agent: 'a' } as const;

test('guards what is started from now on, and puts everything back exactly', () => {
  const environment: Record<string, string | undefined> = {
    PATH: '/bin',
    RAMPART_MODE: 'monitor',
    LD_PRELOAD: '/other.so',
  };
  const before = { ...environment };
  const host = new HostEnvironment(environment, 'linux');
  host.arm(settings);
  assert.deepEqual(environment, {
    PATH: '/bin',
    RAMPART_URL: settings.url,
    RAMPART_MODE: '',
    RAMPART_FAIL_OPEN: '',
    RAMPART_AGENT: 'a',
    LD_PRELOAD: `${library}:/other.so`,
  });
  assert.equal(host.isArmed, true);
  host.restore();
  assert.deepEqual(environment, before);
  assert.deepEqual(Object.keys(environment).sort(), Object.keys(before).sort());
  assert.equal(host.isArmed, false);
});

test('is armed twice without taking its own work for what was there before', () => {
  const environment: Record<string, string | undefined> = {};
  const host = new HostEnvironment(environment, 'linux');
  host.arm(settings);
  host.arm({ ...settings, url: 'unix:///e/endpoint.sock' });
  assert.equal(environment['RAMPART_URL'], 'unix:///e/endpoint.sock');
  assert.equal(environment['LD_PRELOAD'], library);
  host.restore();
  assert.deepEqual(environment, {});
});

test('leaves what somebody else has written meanwhile, without our library', () => {
  const environment: Record<string, string | undefined> = {};
  const host = new HostEnvironment(environment, 'linux');
  host.arm(settings);
  environment['LD_PRELOAD'] = `/theirs.so:${environment['LD_PRELOAD'] ?? ''}`;
  environment['RAMPART_URL'] = 'http://127.0.0.1:1';
  host.restore();
  assert.deepEqual(environment, { LD_PRELOAD: '/theirs.so', RAMPART_URL: 'http://127.0.0.1:1' });
});
