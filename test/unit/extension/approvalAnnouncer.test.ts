import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ApprovalAnnouncer } from '../../../src/extension/model/approvalAnnouncer.ts';
import { ApprovalStore } from '../../../src/extension/model/approvalStore.ts';
import type { ApprovalView } from '../../../src/protocol/approval.ts';

const create = (id: string, status: ApprovalView['status'] = 'pending'): ApprovalView => ({
  ...{ id, status, tool: 'exec', command: 'npm publish', agent: 'codex', session: 's', message: '' },
  ...{ rule: null, cwd: null, pid: null, sid: null, held: false },
  ...{ created_at: '2026-11-22T12:00:00Z', expires_at: '2026-11-22T12:10:00Z' },
});

/** A window whose messages stay until the test closes them. */
function createWindow(): {
  readonly store: ApprovalStore;
  readonly told: string[];
  readonly window: { isFocused: boolean };
  readonly put: (id: string, status?: ApprovalView['status']) => void;
  readonly look: () => void;
  readonly close: () => Promise<void>;
} {
  const store = new ApprovalStore();
  const told: string[] = [];
  const window = { isFocused: true };
  const open: (() => void)[] = [];
  const tell = (text: string): Promise<void> => {
    told.push(text);
    return new Promise((resolve) => open.push(resolve));
  };
  const announcer = new ApprovalAnnouncer({
    approvals: store,
    isFocused: () => window.isFocused,
    tellOne: ({ id }) => tell(id),
    tellMany: () => tell('several'),
  });
  const look = (): void => {
    announcer.look().catch((thrown: unknown) => told.push(String(thrown)));
  };
  store.onDidChange(look);
  const put = (id: string, status?: ApprovalView['status']): void => store.put(create(id, status));
  const close = async (): Promise<void> => {
    for (const one of open.splice(0)) one();
    await Promise.resolve();
  };
  return { store, told, window, put, look, close };
}

it('tells of a command that waits alone, and once of all that join it', () => {
  const { told, put } = createWindow();
  for (const id of ['a', 'b', 'c', 'd']) put(id);
  assert.deepEqual(told, ['a', 'several']);
});

it('tells again when nothing waited meanwhile, or when the message was closed', async () => {
  const { told, put, close } = createWindow();
  for (const id of ['a', 'b']) put(id);
  for (const id of ['a', 'b']) put(id, 'approved');
  put('c');
  put('d');
  assert.deepEqual(told, ['a', 'several', 'c', 'several']);
  await close();
  put('e');
  assert.deepEqual(told.slice(4), ['several']);
});

it('tells nothing in a window that nobody looks at, and all of it when somebody does', () => {
  const { told, put, window, look } = createWindow();
  window.isFocused = false;
  put('a');
  assert.deepEqual(told, []);
  window.isFocused = true;
  look();
  look();
  assert.deepEqual(told, ['a']);
});
