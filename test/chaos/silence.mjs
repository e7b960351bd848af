// Clients that say nothing, and clients that say it slowly, at both doors.
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { checkAnswers, isShort, pause, questionText, socket, until } from './scene.mjs';

const silentConnections = isShort ? 500 : 10_000;

/** How many connections one door holds at once; docs/protocol.md, section 8. */
const maxConnections = 4_096;

/** How long a head and a whole request may take there, and how late that may be seen, in milliseconds. */
const headMs = 5_000;
const requestMs = 30_000;
const lateMs = 3_000;

/** How much a slow client says a second, in bytes. */
const slowBytes = 64;

/** How many sockets a process holds; listening ones and its own are among them. */
function countSockets({ child }) {
  const folder = `/proc/${String(child.pid)}/fd`;
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(`${folder}/${name}`).startsWith('socket:');
    } catch {
      // It was closed meanwhile.
      return false;
    }
  }).length;
}

/** Opens connections that say nothing: as many as a door holds stay, and everybody else is answered. */
async function openSilent(endpoint, door) {
  const open = [];
  const before = countSockets(endpoint);
  let most = 0;
  const count = () => (most = Math.max(most, countSockets(endpoint) - before));
  for (let opened = 1; opened <= silentConnections; opened += 1) {
    const connection = connect(door);
    open.push(connection);
    await new Promise((done) => connection.once('connect', done).once('error', done).once('close', done));
    connection.on('error', () => undefined);
    if (opened % 250 === 0) count();
    if (opened % 1_000 === 0) await checkAnswers(door);
  }
  const wanted = Math.min(silentConnections, maxConnections);
  await until('the last ones are let in', () => count() >= wanted, headMs);
  await checkAnswers(door);
  // One that is sent away and the one in its place are both there for a moment.
  assert.ok(most <= maxConnections + 64, `${String(most)} connections are open at once`);
  const close = () => open.forEach((connection) => connection.destroy());
  const areGone = () => until('none is left', () => countSockets(endpoint) <= before, headMs + lateMs);
  return { most, close, areGone };
}

/** Says a text at 64 bytes a second, and resolves with what comes back, and after how long the first of it does. */
function saySlowly(text, door) {
  return new Promise((done) => {
    const began = performance.now();
    let said = '';
    let ms = Infinity;
    let sent = 0;
    const connection = connect(door);
    const say = () => {
      connection.write(text.slice(sent, sent + slowBytes));
      sent += slowBytes;
      if (sent >= text.length) clearInterval(timer);
    };
    const timer = setInterval(say, 1_000);
    connection
      .setEncoding('utf8')
      .on('connect', say)
      .on('error', () => undefined);
    connection.on('data', (piece) => {
      if (said === '') ms = performance.now() - began;
      said += piece;
    });
    connection
      .on('end', () => connection.destroy())
      .on('close', () => {
        clearInterval(timer);
        done({ said, ms });
      });
  });
}

/** What becomes of requests that are valid and slow, and how many questions of others are answered meanwhile. */
async function beSlow(door) {
  const inTime = isShort ? {} : { agent: 'a'.repeat(slowBytes * 16) };
  const requests = [
    [questionText('touch forbidden', inTime), /^HTTP\/1\.1 200 [^]*"allowed":false/, requestMs],
    [
      questionText('ls').replace('\r\n', `\r\nX: ${'x'.repeat(slowBytes * 6)}\r\n`),
      /^HTTP\/1\.1 408 /,
      headMs + lateMs,
    ],
    ...(isShort
      ? []
      : [
          [questionText('ls', { agent: 'a'.repeat(slowBytes * 40) }), /^HTTP\/1\.1 408 /, requestMs + lateMs],
        ]),
  ];
  let isOver = false;
  const slow = Promise.all(
    requests.map(async ([text, expected, mostMs]) => {
      const { said, ms } = await saySlowly(text, door);
      assert.match(said, expected);
      assert.ok(ms < mostMs, `${said.split('\r\n')[0]} came after ${ms.toFixed(0)} ms`);
    }),
  ).finally(() => (isOver = true));
  // It is awaited below; meanwhile others ask.
  slow.catch(() => undefined);
  let answered = 0;
  while (!isOver) {
    await checkAnswers(door);
    answered += 2;
    await pause(100);
  }
  await slow;
  return answered;
}

/** Keeps nobody from being answered. Who leaves is forgotten, who stays and says nothing is sent away. */
export async function roundOfSilence(endpoint) {
  const leaving = await openSilent(endpoint, socket);
  leaving.close();
  await leaving.areGone();
  const staying = await openSilent(endpoint, endpoint.port);
  const answered = await Promise.all([beSlow(socket), beSlow(endpoint.port)]);
  await staying.areGone();
  staying.close();
  const counts = `${String(leaving.most)} of them open at once at the socket, ${String(staying.most)} at TCP`;
  process.stdout.write(
    `${String(silentConnections)} silent connections, ${counts}, and slow ones: ${answered.join(' and ')} other questions were answered\n`,
  );
}
