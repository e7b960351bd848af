import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { placeSessions } from '../../../src/client/sessionPlaces.ts';
import type { PlacedSession } from '../../../src/client/sessionPlaces.ts';
import { createFixtureProcesses } from '../../support/fixtureProcesses.ts';
import type { FixtureProcess } from '../../support/fixtureProcesses.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** Device number of `/dev/pts/N`. */
const device = (index: number): number => 0x8800 + index;

/** Two terminals of a window, and what a server of panes is started with. */
const window: readonly FixtureProcess[] = [
  { pid: 100, ppid: 1, session: 100, terminal: 0 },
  { pid: 200, ppid: 100, session: 200, terminal: device(1) },
  { pid: 210, ppid: 100, session: 210, terminal: device(2) },
];

/** A server that left those who started it, and a pane of it; `open` are the terminals of those who look at it. */
function multiplexer(open: readonly string[]): readonly FixtureProcess[] {
  return [
    { pid: 700, ppid: 1, session: 700, terminal: 0, open: ['/dev/null', '/dev/ptmx', ...open] },
    { pid: 720, ppid: 700, session: 720, terminal: device(9) },
  ];
}

function place(
  context: TestContext,
  others: readonly FixtureProcess[],
  sessions: readonly PlacedSession[],
): object {
  const processes = createFixtureProcesses(temporaryFolder(context), [...window, ...others]);
  return Object.fromEntries(placeSessions(processes, sessions, new Set([200, 210])));
}

test('has a pane in the terminal in which it is shown, wherever its server was started', (context) => {
  const panes = multiplexer(['/dev/pts/2']);
  assert.deepEqual(place(context, panes, [{ pid: 720, parent: 200 }]), { 720: 210 });
  assert.deepEqual(place(context, panes, [{ pid: 720, parent: null }]), { 720: 210 });
});

test('has a pane that is shown nowhere in the terminal in which its server was started', (context) => {
  assert.deepEqual(place(context, multiplexer([]), [{ pid: 720, parent: 200 }]), { 720: 200 });
});

test('has a pane that is shown twice in the one of the two in which its server was started', (context) => {
  const panes = multiplexer(['/dev/pts/1', '/dev/pts/2']);
  assert.deepEqual(place(context, panes, [{ pid: 720, parent: 210 }]), { 720: 210 });
});

test('has a session in the terminal that it was started in, however deep', (context) => {
  const below: readonly FixtureProcess[] = [
    { pid: 300, ppid: 200, session: 200 },
    { pid: 310, ppid: 300, session: 310, terminal: 0 },
    { pid: 320, ppid: 310, session: 320, terminal: 0 },
  ];
  const sessions = [
    { pid: 310, parent: null },
    { pid: 320, parent: null },
  ];
  assert.deepEqual(place(context, below, sessions), { 310: 200, 320: 200 });
});

test('has what an agent starts in a pane where the pane is', (context) => {
  const inPane: readonly FixtureProcess[] = [
    ...multiplexer([]),
    { pid: 730, ppid: 720, session: 720 },
    { pid: 740, ppid: 730, session: 740, terminal: 0 },
  ];
  const sessions = [
    { pid: 720, parent: 200 },
    { pid: 740, parent: null },
  ];
  assert.deepEqual(place(context, inPane, sessions), { 720: 200, 740: 200 });
});

test('places nothing that belongs to another window, or whose terminal is closed', (context) => {
  const elsewhere: readonly FixtureProcess[] = [
    ...multiplexer(['/dev/pts/7']),
    { pid: 800, ppid: 100, session: 800, terminal: device(7) },
  ];
  const sessions = [
    { pid: 720, parent: 800 },
    { pid: 800, parent: null },
    { pid: 999, parent: 4 },
  ];
  assert.deepEqual(place(context, elsewhere, sessions), {});
});
