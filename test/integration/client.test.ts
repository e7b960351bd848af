import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionStore } from '../../src/client/decisionStore.ts';
import { EndpointClient } from '../../src/client/endpointClient.ts';
import { EventSource } from '../../src/client/eventSource.ts';
import type { StreamEvent } from '../../src/protocol/streamEvent.ts';
import { GuardedShell } from '../support/guardedShell.ts';
import { Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

test('a client follows decisions, sessions and modes, and finds its endpoint again', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const address = { kind: 'socket', path: `${rampart.stateDirectory}/endpoint.sock` } as const;
  const client = new EndpointClient(address);
  const source = new EventSource({
    address,
    folders: [rampart.folder],
    firstPauseMs: 10,
    longestPauseMs: 50,
  });
  const store = new DecisionStore();
  const events: StreamEvent[] = [];
  context.after(() => {
    source.dispose();
    store.dispose();
  });
  source.onDidReceive((event) => {
    events.push(event);
    if (event.type === 'audit') store.add([event.event]);
  });
  source.open();
  await until('the stream has begun', () => events.some((event) => event.type === 'connected'));

  const shell = new GuardedShell(rampart);
  await shell.run('touch forbidden');
  await until('the denial was streamed', () =>
    store.denied.some((record) => record.request.command === 'touch forbidden'),
  );
  const { pid } = shell;
  assert.ok(pid !== undefined);
  const registered = await client.registerSession(pid, {
    kind: 'terminal',
    name: 'bash',
    hidden: false,
    protection: 'protected',
    scope: 'agents',
    agent: null,
  });
  assert.ok(registered.ok, JSON.stringify(registered));
  const sessions = await client.sessions();
  assert.ok(sessions.ok && sessions.value.some((session) => session.pid === pid && session.name === 'bash'));

  const mode = await client.setMode('monitor', 60);
  assert.ok(mode.ok && mode.value.mode === 'monitor' && mode.value.until !== null, JSON.stringify(mode));
  await until('the mode was streamed', () =>
    events.some((event) => event.type === 'mode' && event.mode === 'monitor'),
  );
  const status = await client.policyStatus();
  assert.deepEqual(status.ok && [status.value.mode, status.value.problems], ['monitor', []]);
  const page = await client.auditEvents({ limit: 1 });
  assert.ok(page.ok && page.value.events.length === 1 && page.value.totalInFile >= 2, JSON.stringify(page));

  await rampart.endEndpoint();
  await until('the loss was noticed', () => !source.state.connected);
  await rampart.serve();
  await until('the stream is back', () => source.state.connected);
  const before = store.denied.length;
  await shell.run('touch forbidden');
  await until('the next denial was streamed', () => store.denied.length > before);
  const stopped = await client.shutdown();
  assert.ok(stopped.ok, JSON.stringify(stopped));
});
