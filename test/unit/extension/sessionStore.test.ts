import assert from 'node:assert/strict';
import { it } from 'node:test';
import { maxKeptNames, maxStoredSessions, SessionStore } from '../../../src/extension/model/sessionStore.ts';
import { sessionView } from '../../support/records.ts';

it('does not let a late answer take back that the library said hello', () => {
  const store = new SessionStore();
  store.put(sessionView({ pid: 41, started: 9, guarded: true, library: 'ab', decisions: 3, denied: 1 }));
  store.put(sessionView({ pid: 41, started: 9, name: 'bash', guarded: false }));
  assert.deepEqual(
    store.find(41),
    sessionView({ pid: 41, started: 9, name: 'bash', guarded: true, library: 'ab', decisions: 3, denied: 1 }),
  );
});

it('believes nothing of the old process when its pid is used again', () => {
  const store = new SessionStore();
  store.put(sessionView({ pid: 41, started: 9, guarded: true }));
  store.put(sessionView({ pid: 41, started: 10, guarded: false }));
  assert.equal(store.find(41)?.guarded, false);
});

it('believes the stream rather than a list that was asked for before', () => {
  const store = new SessionStore();
  store.put(sessionView({ pid: 41, name: 'old' }));
  const askedAt = store.revision;
  store.put(sessionView({ pid: 41, name: 'new' }));
  store.put(sessionView({ pid: 42 }));
  store.replaceAll({ views: [sessionView({ pid: 41, name: 'old' })], askedAt, living: new Set() });
  assert.deepEqual(
    store.all.map((view) => [view.pid, view.name]),
    [
      [41, 'new'],
      [42, ''],
    ],
  );
});

it('drops what a full list leaves out, but for terminals that are known to live', () => {
  const store = new SessionStore();
  for (const pid of [1, 2, 3]) store.put(sessionView({ pid, guarded: true }));
  const views = [sessionView({ pid: 3 }), sessionView({ pid: 4 })];
  store.replaceAll({ views, askedAt: store.revision, living: new Set([2]) });
  assert.deepEqual(
    store.all.map((view) => [view.pid, view.guarded]),
    [
      [2, true],
      [3, true],
      [4, false],
    ],
  );
});

it('keeps a bounded number, and forgets the one heard of longest ago', () => {
  const store = new SessionStore();
  for (let pid = 1; pid <= maxStoredSessions + 1; pid += 1) store.put(sessionView({ pid }));
  assert.equal(store.all.length, maxStoredSessions);
  assert.equal(store.find(1), null);
});

it('keeps the name of a session that has ended, for its decisions', () => {
  const store = new SessionStore();
  store.put(sessionView({ pid: 41, started: 9, name: 'agent cleanup' }));
  store.put(sessionView({ pid: 42, started: 9, name: 'build' }));
  store.remove(41);
  store.replaceAll({ views: [], askedAt: store.revision, living: new Set() });
  assert.deepEqual([store.find(41), store.find(42)], [null, null]);
  assert.deepEqual([store.nameOf(41), store.nameOf(42), store.nameOf(43)], ['agent cleanup', 'build', null]);
});

it('calls a session as it is called now', () => {
  const store = new SessionStore();
  store.put(sessionView({ pid: 41, started: 9, name: 'node' }));
  store.put(sessionView({ pid: 41, started: 9, name: 'bash' }));
  assert.equal(store.nameOf(41), 'bash');
});

it('does not give the name of an ended session to a later process with its pid', () => {
  const store = new SessionStore();
  store.put(sessionView({ pid: 41, started: 9, name: 'agent cleanup' }));
  store.put(sessionView({ pid: 41, started: 10 }));
  assert.equal(store.nameOf(41), null);
});

it('calls what was recorded in an earlier process with the same number by that one’s name, or by none', () => {
  const store = new SessionStore();
  store.put(sessionView({ pid: 41, started: 9, name: 'agent cleanup' }));
  store.put(sessionView({ pid: 41, started: 10 }));
  assert.deepEqual([store.nameOf(41, 9), store.nameOf(41, 10)], ['agent cleanup', null]);
  store.put(sessionView({ pid: 41, started: 10, name: 'build' }));
  assert.deepEqual([store.nameOf(41, 8), store.nameOf(41, 10)], [null, 'build']);
});

it('takes a name from the window itself, until the endpoint knows better', () => {
  const store = new SessionStore();
  store.keepName(41, 'agent cleanup');
  assert.equal(store.nameOf(41), 'agent cleanup');
  store.put(sessionView({ pid: 41, started: 9 }));
  assert.equal(store.nameOf(41), 'agent cleanup');
  store.put(sessionView({ pid: 41, started: 9, name: 'build' }));
  assert.equal(store.nameOf(41), 'build');
});

it('keeps a bounded number of names', () => {
  const store = new SessionStore();
  for (let pid = 1; pid <= maxKeptNames + 1; pid += 1) store.keepName(pid, 'task');
  assert.deepEqual([store.nameOf(1), store.nameOf(2)], [null, 'task']);
});
