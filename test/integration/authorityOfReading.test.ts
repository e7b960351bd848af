import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeTable } from '../../src/endpoint/router.ts';
import { parseObject, Rampart } from '../support/rampart.ts';

/**
 * What an agent does that has read all it can: its environment, the state directory, the home directory, and of its own
 * processes and the endpoint what /proc has. Whatever could be a secret goes to every kind of route over TCP, and every
 * route is tried, there and on the socket. It says how many words it has, and which attempts were not refused.
 */
const agent = `import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

const { routes, folders, pids, socketPath, port, own } = JSON.parse(readFileSync('scene.json', 'utf8'));

const read = (file) => {
  try {
    return lstatSync(file).isFile() && lstatSync(file).size < 4_194_304 ? readFileSync(file, 'latin1') : '';
  } catch {
    return '';
  }
};
const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
const parentOf = (pid) => Number(/^PPid:\\t(\\d+)/m.exec(read('/proc/' + pid + '/status'))?.[1] ?? 0);
const tree = [];
// Up to who started the guarded tree: the test itself is no part of the scene.
for (let pid = process.pid; pid > 1 && pid !== own; pid = parentOf(pid)) tree.push(pid);
const texts = [
  JSON.stringify(process.env),
  ...folders.flatMap(filesBelow).map(read),
  ...[...tree, ...pids].flatMap((pid) =>
    ['environ', 'cmdline', 'maps', 'status'].map((name) => read('/proc/' + pid + '/' + name)),
  ),
];
const words = [...new Set(texts.flatMap((text) => text.match(/[\\w.+\\/=-]{8,}/g) ?? []))];

const pool = new Agent({ keepAlive: true, maxSockets: 4 });
const speak = (target, [method, path], word) =>
  new Promise((resolve, reject) => {
    const body = method === 'GET' || method === 'HEAD' ? '' : '{"mode":"disabled"}';
    const length = { 'content-length': body.length };
    const headers = word === null ? length : { ...length, authorization: 'Bearer ' + word };
    const call = request({ ...target, method, path, headers, agent: pool }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode)).on('error', reject);
      // A stream that was opened has no end.
      if (answer.statusCode === 200) answer.destroy();
    });
    call.on('error', reject).end(body);
  });

const admitted = [];
const attempt = async (target, route, word) => {
  const status = await speak(target, route, word);
  if (status !== 401 && status !== 403) admitted.push([...route, target.port ?? 'socket', word, status]);
};
const tcp = { host: '127.0.0.1', port };
const kinds = new Map(routes.map((route) => [route[2], route]));
for (const route of routes) {
  for (const word of [null, '', process.env.AGENTS_TOKEN]) {
    await attempt({ socketPath }, route, word);
    await attempt(tcp, route, word);
  }
}
for (const route of kinds.values()) for (const word of words) await attempt(tcp, route, word);
console.log(JSON.stringify({ words, admitted }));
process.exit();
`;

test('what an agent can read lets it steer by no route, over TCP or on the socket', async (context) => {
  const rampart = new Rampart(context);
  const secret = 'a-secret-of-the-owner';
  const serve = ['serve', '--no-default-policy', '--policy', rampart.policy, '--port', '0'];
  const running = rampart.start(serve, { environment: { RAMPART_TOKEN: secret } });
  const line = await new Promise<string>((resolve) => running.child.stdout?.once('data', resolve));
  const { pid, socket, url } = parseObject(line);
  const status = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${secret}` };
    return (await fetch(`${String(url)}/v1/status`, { headers })).status;
  };
  assert.equal(await status(), 200);
  const made = await rampart.run(['token', 'create', '--agent', 'codex']);
  const routes = routeTable
    .filter(({ authority }) => authority !== 'none' && authority !== 'eval')
    .map(({ method, path, suffix = '', authority }) => [
      method,
      `${path}${path.endsWith('/') ? '1' : ''}${suffix}`,
      authority,
    ]);
  const scene = {
    routes,
    folders: [rampart.stateDirectory, rampart.home, rampart.folder],
    pids: [pid],
    socketPath: socket,
    port: Number(new URL(String(url)).port),
    own: process.pid,
  };
  rampart.write('scene.json', JSON.stringify(scene));
  const program = [process.execPath, rampart.write('agent.mjs', agent)];
  const read = await rampart.guard(program, { environment: { AGENTS_TOKEN: made.stdout.trim() } });
  assert.equal(read.status, 0, read.stderr);
  const { words, admitted } = parseObject(read.stdout);
  assert.ok(Array.isArray(words) && words.includes(made.stdout.trim()) && words.length > 100);
  assert.ok(!words.includes(secret));
  assert.deepEqual(admitted, []);
  assert.deepEqual(
    [await status(), parseObject((await rampart.run(['status', '--json'])).stdout)['mode']],
    [200, 'enforce'],
  );
});
