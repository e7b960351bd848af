import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Foresight } from '../../../src/endpoint/foresight.ts';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import { parseExecRequest } from '../../../src/protocol/parseExecRequest.ts';

function question(cwd: string, ...argv: readonly string[]): ExecRequest {
  const [program = ''] = argv;
  const parsed = parseExecRequest('exec', {
    ...{ agent: 'preload', session: 's', params: { command: argv.join(' ') } },
    ...{ argv, exe: `/usr/bin/${program}`, cwd, door: 'execve' },
  });
  assert.ok(parsed.ok);
  return parsed.value;
}

/** A foresight, and what it has judged so far. */
class Watched {
  readonly foresight = new Foresight();
  judged: ExecRequest[] = [];

  ask(request: ExecRequest): void {
    this.foresight.note(request, (next) => this.judged.push(next));
  }

  /** Asks for `step 0` and so on in a directory. */
  askSteps(cwd: string, ...numbers: readonly number[]): void {
    for (const number of numbers) this.ask(question(cwd, 'step', String(number)));
  }

  /** What was foreseen since the last call, when there is no more to be done. */
  async take(): Promise<readonly string[]> {
    let before = -1;
    while (before < this.judged.length) {
      before = this.judged.length;
      await nextTurn();
    }
    const taken = this.judged.map(({ cwd, argv }) => `${cwd ?? ''} ${argv?.[1] ?? ''}`);
    this.judged = [];
    return taken;
  }
}

const numbersTo = (end: number): readonly number[] => Array.from({ length: end }, (_none, index) => index);

function steps(cwd: string, from: number, to: number): readonly string[] {
  return numbersTo(to)
    .slice(from)
    .map((number) => `${cwd} ${number}`);
}

test('judges ahead what followed elsewhere, the more the longer that fits', async () => {
  const watched = new Watched();
  watched.askSteps('/a', ...numbersTo(200));
  assert.deepEqual(await watched.take(), [], 'all of it was new');
  watched.askSteps('/b', 0);
  assert.deepEqual(await watched.take(), [], 'one may be a chance');
  watched.askSteps('/b', 1);
  assert.deepEqual(await watched.take(), steps('/b', 2, 6));
  watched.askSteps('/b', 6);
  assert.deepEqual(await watched.take(), steps('/b', 7, 15));
  // Some are left out, and new ones come between.
  watched.askSteps('/b', 1_000, 18);
  assert.deepEqual(await watched.take(), steps('/b', 19, 35));
  watched.askSteps('/b', 35);
  await watched.take();
  watched.askSteps('/b', 68);
  assert.deepEqual(await watched.take(), steps('/b', 69, 133));
  watched.askSteps('/b', 133);
  assert.deepEqual(await watched.take(), steps('/b', 134, 198), 'no more than so many at once');
  watched.askSteps('/b', 198);
  assert.deepEqual(await watched.take(), steps('/b', 199, 200), 'to the end');
});

test('judges each once, also when one is asked before its turn', async () => {
  const watched = new Watched();
  watched.askSteps('/a', ...numbersTo(40));
  watched.askSteps('/b', 0, 1, 3);
  assert.deepEqual(await watched.take(), steps('/b', 2, 12));
});

test('judges one in a turn of the event loop', async () => {
  const watched = new Watched();
  watched.askSteps('/a', ...numbersTo(10));
  watched.askSteps('/b', 0, 1);
  assert.equal(watched.judged.length, 0);
  await nextTurn();
  assert.equal(watched.judged.length, 1);
});

test('foresees nothing where the order is another', async () => {
  const watched = new Watched();
  watched.askSteps('/a', ...numbersTo(60));
  watched.askSteps('/b', 50, 3, 30, 10, 9);
  assert.deepEqual(await watched.take(), []);
  watched.askSteps('/b', 10);
  assert.deepEqual(await watched.take(), steps('/b', 11, 15), 'until it is the same again');
});

test('foresees nothing where the same is asked again', async () => {
  const watched = new Watched();
  watched.askSteps('/a', ...numbersTo(20), ...numbersTo(20));
  assert.deepEqual(await watched.take(), []);
});

test('follows only what one directory was asked, and by files of a compiler of any name', async () => {
  const watched = new Watched();
  for (const number of numbersTo(4)) {
    watched.ask(question('/a', 'as', `/tmp/ccAAAA0${number}.s`, String(number)));
    watched.ask(question('/elsewhere', 'as', '-o', String(number)));
  }
  watched.ask(question('/b', 'as', '/tmp/ccBBBBBB.s', '0'));
  watched.ask(question('/b', 'as', '/tmp/ccCCCCCC.s', '1'));
  await watched.take();
  watched.ask(question('/c', 'as', '/tmp/ccBBBBBB.s', '0'));
  watched.ask(question('/c', 'as', '/tmp/ccCCCCCC.s', '1'));
  assert.deepEqual(await watched.take(), ['/c /tmp/ccAAAA02.s', '/c /tmp/ccAAAA03.s']);
});

test('leaves alone what is asked with a token, or in no known directory', async () => {
  const watched = new Watched();
  const asTokens = (request: ExecRequest): ExecRequest => ({ ...request, credential: 'token:1' });
  for (const number of numbersTo(9)) watched.ask(asTokens(question('/a', 'step', String(number))));
  for (const number of numbersTo(9)) watched.ask({ ...question('/a', 'step', String(number)), cwd: null });
  watched.askSteps('/b', ...numbersTo(9));
  watched.ask(asTokens(question('/c', 'step', '0')));
  watched.ask(asTokens(question('/c', 'step', '1')));
  assert.deepEqual(await watched.take(), []);
});

test('remembers no more than so many questions, and judges nothing when it has ended', async () => {
  const watched = new Watched();
  watched.askSteps('/a', ...numbersTo(2_049));
  watched.askSteps('/b', 0, 1, 2);
  assert.deepEqual(await watched.take(), [], 'they were forgotten, and are new again');
  watched.askSteps('/c', 0, 1);
  watched.foresight.dispose();
  assert.deepEqual(await watched.take(), []);
});
