import assert from 'node:assert/strict';
import { test } from 'node:test';
import { armEnvironment, armingVariables, isLoadablePath } from '../../../src/client/preloadEnvironment.ts';

const library = '/h/.rampart/lib/linux-x64/librampart.so';
const url = 'unix:///d/endpoint.sock';

test('tells a tree its library and its endpoint, and leaves the rest as it was', () => {
  const armed = armEnvironment(
    { HOME: '/h', RAMPART_MODE: 'monitor', GONE: undefined },
    { library, url },
    'linux',
  );
  assert.deepEqual(armed, { HOME: '/h', RAMPART_MODE: 'monitor', LD_PRELOAD: library, RAMPART_URL: url });
});

test('sets every variable that it is given', () => {
  const settings = {
    library,
    url,
    mode: 'monitor',
    failOpen: false,
    agent: 'a',
    session: 's',
    debug: true,
  } as const;
  assert.deepEqual(armEnvironment({}, settings, 'linux'), {
    LD_PRELOAD: library,
    RAMPART_URL: url,
    RAMPART_MODE: 'monitor',
    RAMPART_FAIL_OPEN: '0',
    RAMPART_AGENT: 'a',
    RAMPART_SESSION: 's',
    RAMPART_DEBUG: '1',
  });
});

test('can hide what an outer environment says, with an empty text', () => {
  const armed = armEnvironment(
    { RAMPART_MODE: 'disabled', RAMPART_FAIL_OPEN: '1' },
    { library, url, mode: '', failOpen: '' },
    'linux',
  );
  assert.equal(armed['RAMPART_MODE'], '');
  assert.equal(armed['RAMPART_FAIL_OPEN'], '');
});

test('puts the library before the others and takes out other copies of it', () => {
  const preloaded = (value: string): string | undefined =>
    armEnvironment({ LD_PRELOAD: value }, { library, url }, 'linux')['LD_PRELOAD'];
  assert.equal(preloaded('/a.so /b.so'), `${library}:/a.so:/b.so`);
  assert.equal(preloaded(`/a.so:${library}`), `${library}:/a.so`);
  assert.equal(preloaded('/old/librampart.so:/a.so'), `${library}:/a.so`);
  assert.equal(preloaded(''), library);
});

test('uses the variable of the platform', () => {
  assert.equal(armEnvironment({}, { library, url }, 'darwin')['DYLD_INSERT_LIBRARIES'], library);
  assert.deepEqual(armingVariables({ library, url }, 'linux'), [
    { name: 'LD_PRELOAD', value: library, kind: 'prepend' },
    { name: 'RAMPART_URL', value: url, kind: 'replace' },
  ]);
});

test('knows which paths the loader takes', () => {
  assert.ok(isLoadablePath(library));
  for (const path of ['/a b/l.so', '/a:b/l.so', '/a$b/l.so', '/a;b/l.so', '/a\tb/l.so', 'l.so']) {
    assert.equal(isLoadablePath(path), false, path);
  }
});
