import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Programs } from '../../../src/endpoint/programs.ts';

/** Programs by path, as the system would identify them, and what was looked at and made known. */
function createPrograms(identities: Readonly<Record<string, string>>) {
  const clock = { now: Date.parse('2026-11-30T12:00:00.900Z') };
  const looked: [string, number][] = [];
  const known: string[] = [];
  const programs = new Programs({
    file: { know: (identity) => void known.push(Buffer.from(identity).toString()) },
    addon: {
      identifyProgram(path, before) {
        looked.push([path, before]);
        const identity = identities[path];
        return identity === undefined ? null : Buffer.from(`${identity} as `);
      },
    },
    now: () => clock.now,
  });
  return { programs, looked, known, clock };
}

test('looks into a program at its first start, and lets the library know it', () => {
  const { programs, looked, known } = createPrograms({ '/bin/ls': 'ls' });
  programs.note('/bin/ls');
  programs.note('/bin/ls');
  assert.deepEqual(looked, [['/bin/ls', Date.parse('2026-11-30T11:59:58Z') / 1_000]]);
  assert.deepEqual(known, ['ls as ls']);
});

test('looks again after a minute: the program may have been replaced', () => {
  const { programs, looked, known, clock } = createPrograms({ '/opt/tool': 'tool' });
  programs.note('/opt/tool');
  clock.now += 59_999;
  programs.note('/opt/tool');
  assert.equal(looked.length, 1);
  clock.now += 1;
  programs.note('/opt/tool');
  assert.deepEqual(known, ['tool as tool', 'tool as tool']);
});

test('looks again when the table was emptied', () => {
  const { programs, known } = createPrograms({ '/bin/ls': 'ls' });
  programs.note('/bin/ls');
  programs.clear();
  programs.note('/bin/ls');
  assert.deepEqual(known, ['ls as ls', 'ls as ls']);
});

test('makes nothing known that the library has to look into, and looks at no path that is not whole', () => {
  const { programs, looked, known } = createPrograms({});
  for (const path of ['/usr/bin/static', 'ls', '']) programs.note(path);
  assert.deepEqual(
    looked.map(([path]) => path),
    ['/usr/bin/static'],
  );
  assert.deepEqual(known, []);
});

test('makes a program known by the name that it is started by', () => {
  const { programs, known } = createPrograms({ '/bin/sh': 'dash', '/opt/bin/döner': 'tool' });
  for (const path of ['/bin/sh', '/opt/bin/döner']) programs.note(path);
  assert.deepEqual(known, ['dash as sh', 'tool as döner']);
});

test('leaves the program of an agent to the library', () => {
  const { programs, looked, known } = createPrograms({ '/usr/bin/claude': 'node' });
  programs.note('/usr/bin/claude');
  assert.deepEqual([looked, known], [[], []]);
});

test('remembers 512 programs', () => {
  const { programs, looked } = createPrograms({});
  for (let index = 0; index <= 512; index += 1) programs.note(`/bin/${index}`);
  programs.note('/bin/1');
  assert.equal(looked.length, 513);
  programs.note('/bin/0');
  assert.equal(looked.length, 514);
});
