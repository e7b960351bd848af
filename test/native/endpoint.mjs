// What stands in for the endpoint in the native tests: it answers every question alike, over a socket or through
// the FIFO, and remembers what it was asked.
import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';

/** An answer with that JSON. */
export function http(body, status = '200 OK') {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
}

function isWhole(text) {
  const end = text.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/iu.exec(text)?.[1];
  return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
}

/** Answers every question with the bytes, or what a function of the question gives, or with silence when it is null. */
export function createEndpoint(address, answer) {
  const questions = [];
  const heads = [];
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.setEncoding('latin1');
    socket.on('data', (piece) => {
      text += piece;
      if (!isWhole(text)) return;
      heads.push(text.slice(0, text.indexOf('\r\n\r\n')));
      questions.push(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)));
      const bytes = typeof answer === 'function' ? answer(questions.at(-1)) : answer;
      if (bytes !== null) socket.end(bytes);
    });
  });
  return new Promise((resolve) => {
    server.listen(address, () => {
      resolve({ questions, heads, port: server.address().port, close: () => server.close() });
    });
  });
}

/** Answers questions that come through the FIFO with a file each. */
export function createFifo(directory, answer) {
  const fifo = join(directory, 'questions');
  const answers = join(directory, 'answers');
  const questions = [];
  const pieces = new Map();
  mkdirSync(answers);
  execFileSync('mkfifo', [fifo]);
  let rest = Buffer.alloc(0);
  // Read and write, so that it does not end; as a socket, so that reading needs no thread that waits.
  const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  const stream = new Socket({ fd, readable: true, writable: false });
  stream.on('error', () => undefined);
  stream.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let frame = takeFrame(); frame !== null; frame = takeFrame()) {
      const list = [...(pieces.get(frame.id) ?? []), frame.body];
      pieces.set(frame.id, list);
      if (list.length === frame.count) reply(frame.id, Buffer.concat(list));
    }
  });
  return { questions, heads: [], close: () => stream.destroy() };

  function takeFrame() {
    if (rest.length < 8 || rest.length < rest.readUInt16LE(4)) return null;
    const bytes = rest.subarray(0, rest.readUInt16LE(4));
    rest = rest.subarray(bytes.length);
    const end = bytes.length - 8;
    if (siphash(bytes.subarray(0, end)) !== bytes.readBigUInt64LE(end)) return null;
    return { id: bytes.toString('hex', 8, 24), count: bytes.readUInt16LE(26), body: bytes.subarray(28, end) };
  }

  function reply(id, body) {
    questions.push(JSON.parse(body.toString()));
    if (answer === null) return;
    writeFileSync(join(answers, 'new'), answer);
    renameSync(join(answers, 'new'), join(answers, id));
  }
}

/** SipHash-2-4; without a key, the checksum of docs/protocol.md. */
export function siphash(bytes, key = Buffer.from(Array.from({ length: 16 }, (_, index) => index))) {
  const word = (at, from) => from.readBigUInt64LE(at);
  const v = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  for (let index = 0; index < 4; index++) v[index] ^= word(index % 2 === 0 ? 0 : 8, key);
  const add = (a, b) => BigInt.asUintN(64, a + b);
  const rotate = (a, bits) => BigInt.asUintN(64, (a << bits) | (a >> (64n - bits)));
  const mix = () => {
    v[0] = add(v[0], v[1]);
    v[1] = rotate(v[1], 13n) ^ v[0];
    v[0] = rotate(v[0], 32n);
    v[2] = add(v[2], v[3]);
    v[3] = rotate(v[3], 16n) ^ v[2];
    v[0] = add(v[0], v[3]);
    v[3] = rotate(v[3], 21n) ^ v[0];
    v[2] = add(v[2], v[1]);
    v[1] = rotate(v[1], 17n) ^ v[2];
    v[2] = rotate(v[2], 32n);
  };
  const last = Buffer.alloc(8);
  bytes.copy(last, 0, bytes.length - (bytes.length % 8));
  last[7] = bytes.length & 255;
  for (let at = 0; at + 8 <= bytes.length; at += 8) absorb(word(at, bytes));
  absorb(word(0, last));
  v[2] ^= 0xffn;
  for (let round = 0; round < 4; round++) mix();
  return v[0] ^ v[1] ^ v[2] ^ v[3];
  function absorb(value) {
    v[3] ^= value;
    mix();
    mix();
    v[0] ^= value;
  }
}

/** Of this boot, as it stands in a state file. */
export const bootId = Buffer.from(
  readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().replaceAll('-', ''),
  'hex',
);

/** The header of a state file that asks for a mode: 1 enforce, 2 monitor, 3 disabled. */
export function stateHeader(mode, boot = bootId) {
  const bytes = Buffer.alloc(64);
  bytes.write('RMPSTATE', 'latin1');
  bytes.writeUInt32LE(64, 8);
  bytes.writeUInt32LE(1, 12);
  boot.copy(bytes, 16);
  bytes[32] = mode;
  bytes.writeBigUInt64LE(siphash(bytes.subarray(0, 56)), 56);
  return bytes;
}
