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

it('knows how each was settled, and nothing of those that it was never told of', () => {
  const store = new ApprovalStore();
  for (const status of ['approved', 'denied', 'expired'] as const) {
    store.put(create(status));
    store.put(create(status, status));
    assert.equal(store.outcomeOf(status), status);
  }
  assert.equal(store.outcomeOf('never seen'), null);
});

it('tells a question that is open from one that came too late for its program, and from one that was answered', () => {
  const store = new ApprovalStore();
  const question = (): string => store.questionOf('npm publish', null);
  assert.equal(question(), 'none');
  store.put(create('a'));
  assert.equal(question(), 'open');
  store.put({ ...create('a'), held: true });
  store.put(create('a'));
  assert.equal(question(), 'unanswered');
  store.put(create('a', 'denied'));
  assert.equal(question(), 'answered');
  assert.equal(store.questionOf('npm publish', 7), 'none', 'another terminal asked for itself');
});
