import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ApprovalStore } from '../../../src/extension/model/approvalStore.ts';
import type { ApprovalView } from '../../../src/protocol/approval.ts';

const create = (id: string, status: ApprovalView['status'] = 'pending'): ApprovalView => ({
  id,
  status,
  tool: 'exec',
  command: 'npm publish',
  agent: 'codex',
  session: 's',
  message: '',
  rule: null,
  cwd: null,
  pid: null,
  sid: null,
  held: false,
  created_at: '2026-11-22T12:00:00Z',
  expires_at: '2026-11-22T12:10:00Z',
});

it('keeps what waits until it is settled, each once', () => {
  const store = new ApprovalStore();
  store.put(create('a'));
  store.put(create('a'));
  store.put(create('b'));
  store.put(create('a', 'approved'));
  assert.deepEqual(
    store.waiting.map(({ id }) => id),
    ['b'],
  );
  store.put(create('c', 'expired'));
  assert.equal(store.find('c'), null);
});

it('takes a whole list, in which nothing waits that is not in it', () => {
  const store = new ApprovalStore();
  let changes = 0;
  store.onDidChange(() => (changes += 1));
  store.put(create('old'));
  store.replaceAll([create('a'), create('b', 'denied')]);
  assert.deepEqual([store.waiting.map(({ id }) => id), changes], [['a'], 2]);
});
