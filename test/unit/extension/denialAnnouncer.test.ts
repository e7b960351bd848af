import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { Question } from '../../../src/extension/model/approvalStore.ts';
import { DenialAnnouncer } from '../../../src/extension/model/denialAnnouncer.ts';
import { WindowStatus } from '../../../src/extension/model/windowStatus.ts';
import { createDenial, createRecord } from '../presentation/recordFixture.ts';

/** A window in which time passes only when the test says so. */
class Window {
  readonly status = new WindowStatus({
    ...{ supported: true, guardEnabled: true, here: 'follow', unprotected: 0, endpoint: 'connected' },
    ...{ cause: null, mode: 'enforce', until: null, unseenDenials: 0, problem: null },
  });
  readonly told: string[] = [];
  isListVisible = false;
  isWanted = true;
  isOurs = true;
  question: Question = 'none';
  readonly #context: TestContext;
  readonly #announcer: DenialAnnouncer;

  constructor(context: TestContext) {
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    this.#context = context;
    this.#announcer = new DenialAnnouncer({
      status: this.status,
      isListVisible: () => this.isListVisible,
      isOurs: () => this.isOurs,
      questionOf: () => this.question,
      isWanted: () => this.isWanted,
      tell: ({ record, isUnanswered }, more) =>
        this.told.push(`${record.id} +${more}${isUnanswered ? ' unanswered' : ''}`),
      clock: { now: () => Date.now() },
    });
    context.after(() => this.#announcer.dispose());
  }

  get unseen(): number {
    return this.status.current.unseenDenials;
  }

  deny(...ids: readonly string[]): void {
    for (const id of ids) this.#announcer.take(createDenial({ id }));
  }

  allow(): void {
    this.#announcer.take(createRecord());
    this.#announcer.take(createDenial({ enforced: false }));
  }

  pass(milliseconds: number): void {
    this.#context.mock.timers.tick(milliseconds);
  }
}

it('tells of the denials of one command line together, and of nothing that ran', (context) => {
  const window = new Window(context);
  window.allow();
  window.deny('a', 'b', 'c');
  window.pass(400);
  assert.deepEqual([window.told, window.unseen], [['c +2'], 3]);
});

it('tells of a flood no more than once in a quarter of a minute', (context) => {
  const window = new Window(context);
  for (let number = 0; number < 600; number += 1) {
    window.deny(String(number));
    window.pass(100);
  }
  assert.equal(window.told.length, 4);
  const counted = window.told.map((text) => Number(text.split('+')[1]) + 1);
  assert.equal(window.unseen, 600);
  assert.ok(
    counted.slice(1).every((count) => count === 150),
    counted.join(' '),
  );
});

it('counts but does not tell where nobody wants to be told, where another window tells, and what is asked about', (context) => {
  const window = new Window(context);
  window.isWanted = false;
  window.deny('unwanted');
  window.isWanted = true;
  window.isOurs = false;
  window.deny('elsewhere');
  window.isOurs = true;
  for (const question of ['open', 'answered'] as const) {
    window.question = question;
    window.deny(question);
  }
  window.pass(60_000);
  assert.deepEqual([window.told, window.unseen], [[], 4]);
});

it('tells that nobody answered in time', (context) => {
  const window = new Window(context);
  window.question = 'unanswered';
  window.deny('late');
  window.pass(400);
  assert.deepEqual(window.told, ['late +0 unanswered']);
});

it('neither counts nor tells what is seen in the list, before or after', (context) => {
  const window = new Window(context);
  window.isListVisible = true;
  window.deny('seen');
  assert.equal(window.unseen, 0);
  window.isListVisible = false;
  window.deny('looked at');
  window.status.update({ unseenDenials: 0 });
  window.pass(400);
  window.deny('new');
  window.pass(400);
  assert.deepEqual(window.told, ['new +0']);
});
