import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { failure, success, type Result } from '../../../src/base/result.ts';
import { EventSource } from '../../../src/client/eventSource.ts';
import { EndpointSupervisor } from '../../../src/extension/endpoint/endpointSupervisor.ts';
import type { StreamEvent } from '../../../src/protocol/streamEvent.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { until } from '../../support/until.ts';

const connectedEvent = {
  type: 'connected',
  mode: 'enforce',
  until: null,
  version: '1',
  pid: 7,
  policy_generation: 1,
};

/** An endpoint that can be started and killed, and a window that is supervised. */
class Scene {
  readonly socket: string;
  readonly supervisor: EndpointSupervisor;
  readonly healths: string[] = [];
  readonly events: StreamEvent[] = [];
  readonly asked: string[] = [];
  starts = 0;
  status = 200;
  refusal: string | null = null;
  folders: readonly string[] = ['/a'];
  isNeeded: boolean | Promise<boolean> = true;
  #server: Server | null = null;

  constructor(context: TestContext, firstPauseMs = 2_000) {
    this.socket = join(temporaryFolder(context), 'endpoint.sock');
    this.supervisor = new EndpointSupervisor({
      createSource: () =>
        new EventSource({ address: { kind: 'socket', path: this.socket }, folders: this.folders }),
      ensureEndpoint: () => this.ensure(),
      isNeeded: () => Promise.resolve(this.isNeeded),
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      firstPauseMs,
    });
    this.supervisor.onDidChange(({ health }) => this.healths.push(health));
    this.supervisor.onDidReceive((event) => this.events.push(event));
    context.after(() => {
      this.supervisor.dispose();
      this.kill();
    });
  }

  async ensure(): Promise<Result<null, string>> {
    this.starts += 1;
    if (this.refusal !== null) return failure(this.refusal);
    if (this.#server === null) await this.listen();
    return success(null);
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      response.writeHead(this.status, { 'content-type': 'text/event-stream' });
      if (this.status === 200) response.write(`data: ${JSON.stringify(connectedEvent)}\n\n`);
      else response.end();
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.socket, resolve));
  }

  kill(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
    this.#server = null;
  }
}

it('starts nothing by itself', async (context) => {
  const scene = new Scene(context);
  scene.supervisor.join();
  assert.equal(await scene.supervisor.connected(50), false);
  assert.deepEqual([scene.starts, scene.supervisor.state.health], [0, 'idle']);
  assert.equal(existsSync(scene.socket), false);
});

it('joins an endpoint that is there, and shows nothing as away when that one ends', async (context) => {
  const scene = new Scene(context);
  await scene.listen();
  scene.supervisor.join();
  assert.equal(await scene.supervisor.connected(5_000), true);
  scene.kill();
  await until('the end is seen', () => scene.supervisor.state.health === 'idle');
  assert.equal(scene.starts, 0);
});

it('starts an endpoint and passes on what its stream brings', async (context) => {
  const scene = new Scene(context);
  scene.supervisor.start();
  assert.equal(await scene.supervisor.connected(5_000), true);
  await until('an event came', () => scene.events.length > 0);
  assert.deepEqual(scene.events, [connectedEvent]);
  assert.deepEqual(scene.healths, ['starting', 'connected']);
});

it('starts it again at once when it is killed, and says that it is away in between', async (context) => {
  // A pause would be one of hours.
  const scene = new Scene(context, 3_600_000);
  scene.supervisor.start();
  await scene.supervisor.connected(5_000);
  scene.kill();
  await until('it is back', () => scene.healths.length >= 4);
  assert.deepEqual(scene.healths, ['starting', 'connected', 'away', 'connected']);
});

it('lets an endpoint go that nobody in this window needs any more, until one is wanted again', async (context) => {
  const scene = new Scene(context);
  scene.supervisor.start();
  await scene.supervisor.connected(5_000);
  scene.isNeeded = false;
  scene.kill();
  await until('the end is seen', () => scene.supervisor.state.health === 'idle');
  assert.equal(scene.starts, 1);
  scene.supervisor.start();
  assert.equal(await scene.supervisor.connected(5_000), true);
  assert.equal(scene.starts, 2);
});

it('starts none while it is being found out whether one is needed, however often the stream fails', async (context) => {
  const scene = new Scene(context);
  scene.supervisor.start();
  await scene.supervisor.connected(5_000);
  let answer: (isNeeded: boolean) => void = () => undefined;
  scene.isNeeded = new Promise((resolve) => (answer = resolve));
  scene.kill();
  await until('it failed again', () => scene.supervisor.state.cause?.includes('connect') === true);
  answer(false);
  await until('nothing is missed', () => scene.supervisor.state.health === 'idle');
  assert.equal(scene.starts, 1);
});

it('tries again with growing pauses where none can be had, and says why', async (context) => {
  const scene = new Scene(context, 10);
  scene.refusal = 'the disk is full';
  scene.supervisor.start();
  await until('it tried three times', () => scene.starts >= 3);
  assert.deepEqual(scene.supervisor.state, { health: 'away', cause: 'the disk is full' });
  scene.refusal = null;
  assert.equal(await scene.supervisor.connected(5_000), true);
});

it('says that the endpoint refuses this window, instead of starting forever', async (context) => {
  const scene = new Scene(context);
  scene.status = 403;
  scene.supervisor.start();
  await until('the refusal is told', () => scene.supervisor.state.cause?.includes('403') === true);
  assert.equal(scene.supervisor.state.health, 'away');
});

it('tells a changed list of folders by opening the stream anew', async (context) => {
  const scene = new Scene(context);
  scene.supervisor.start();
  await scene.supervisor.connected(5_000);
  scene.folders = ['/b'];
  scene.supervisor.reopen();
  await until('the new folder was told', () => scene.asked.at(-1)?.endsWith('folder=%2Fb') === true);
  assert.equal(scene.healths.includes('away'), false);
});
