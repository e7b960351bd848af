import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keepUnseenDenials } from '../../../src/extension/model/keptUnseen.ts';
import { WindowStatus } from '../../../src/extension/model/windowStatus.ts';
import { until } from '../../support/until.ts';

/** What the editor keeps for an extension while windows come and go. */
class Memento {
  value: unknown = undefined;
  writes = 0;

  get = (): undefined => this.value as undefined;

  update = async (_key: string, value: unknown): Promise<void> => {
    this.value = value;
    this.writes += 1;
    return Promise.resolve();
  };
}

function openWindow(memento: Memento): { status: WindowStatus; close: () => void } {
  const status = new WindowStatus({
    ...{ supported: true, guardEnabled: true, here: 'follow', unprotected: 0, endpoint: 'connected' },
    ...{ cause: null, mode: 'enforce', until: null, unseenDenials: 0, problem: null },
  });
  const background = {
    run: (_name: string, work: () => Promise<void>): void =>
      void work().catch((thrown: unknown) => assert.fail(String(thrown))),
  };
  const kept = keepUnseenDenials({ status, memento, background });
  return { status, close: () => kept.dispose() };
}

it('says on the next day what nobody had looked at on the day before', () => {
  const memento = new Memento();
  const today = openWindow(memento);
  assert.equal(today.status.current.unseenDenials, 0);
  today.status.update({ unseenDenials: 3 });
  today.close();
  const tomorrow = openWindow(memento);
  assert.equal(tomorrow.status.current.unseenDenials, 3);
  tomorrow.status.update({ unseenDenials: 0 });
  tomorrow.close();
  assert.equal(openWindow(memento).status.current.unseenDenials, 0);
});

it('writes a flood of denials down in a few strokes', async (context) => {
  const memento = new Memento();
  const { status, close } = openWindow(memento);
  context.after(close);
  for (let count = 1; count <= 1_000; count += 1) status.update({ unseenDenials: count });
  await until('the last count is kept', () => memento.value === 1_000);
  assert.ok(memento.writes <= 3, `${memento.writes} writes`);
});

it('counts from nothing where what was kept is no count', () => {
  for (const value of ['3', -1, 1.5, null, {}]) {
    const memento = new Memento();
    memento.value = value;
    assert.equal(openWindow(memento).status.current.unseenDenials, 0);
  }
});
