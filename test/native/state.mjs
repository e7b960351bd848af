// A state file with its four tables, as docs/protocol.md, section 2, has it.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { bootId, siphash } from './endpoint.mjs';

const tableKey = Buffer.from('101112131415161718191a1b1c1d1e1f', 'hex');
const verdictOffset = 64;
const dormantOffset = 131_136;
const agentOffset = 134_208;
const programOffset = 137_280;
const programBuckets = 64n;
const fileBytes = 141_376;

/** As an endpoint writes it: section 2. */
function bootMoment() {
  const begun = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  return Number((begun >> 26n) & 0xff_ffffn);
}

/** `verdicts` are `{condition, door, exe, cwd, argv}`, most of them on no condition; `dormant` process ids of session leaders, `agents` are `{program, agent}`, `programs` paths. */
export function stateFile({
  mode = 1,
  boot = bootId,
  verdicts = [],
  dormant = [],
  agents = [],
  programs = [],
}) {
  const bytes = Buffer.alloc(fileBytes);
  bytes.write('RMPSTATE', 'latin1');
  bytes.writeUInt32LE(fileBytes, 8);
  bytes.writeUInt32LE(1, 12);
  boot.copy(bytes, 16);
  bytes[32] = mode;
  // Of another boot nothing is told: the library reads the id.
  if (boot === bootId) bytes.writeUIntLE(bootMoment(), 33, 3);
  tableKey.copy(bytes, 40);
  bytes.writeBigUInt64LE(siphash(bytes.subarray(0, 56)), 56);
  for (const verdict of verdicts) putVerdict(bytes, verdict);
  for (const [index, pid] of dormant.entries()) putSession(bytes, dormantOffset + index * 24, pid);
  for (const [index, { program, agent }] of agents.entries()) {
    bytes.write(program, agentOffset + index * 48);
    bytes.write(agent, agentOffset + index * 48 + 24);
  }
  for (const path of programs) putProgram(bytes, path);
  return bytes;
}

function putVerdict(bytes, { condition, door, exe, cwd, argv }) {
  const texts = [...(condition === undefined ? [] : [condition]), door, exe, cwd, ...argv];
  const hash = siphash(Buffer.from(texts.map((text) => `${text}\0`).join('')), tableKey);
  putHash(bytes, hash, verdictOffset + Number(hash % 2048n) * 64);
}

function putHash(bytes, hash, bucket) {
  let slot = bucket;
  while (bytes.readBigUInt64LE(slot) !== 0n) slot += 8;
  bytes.writeBigUInt64LE(hash, slot);
}

/** A file as it is now, as one that was looked into. */
function putProgram(bytes, path) {
  const { dev, ino, ctimeNs } = statSync(path, { bigint: true });
  const second = 1_000_000_000n;
  const facts = BigUint64Array.of(dev, ino, ctimeNs / second, ctimeNs % second);
  const hash = siphash(Buffer.concat([Buffer.from(facts.buffer), Buffer.from(basename(path))]), tableKey);
  putHash(bytes, hash, programOffset + Number(hash % programBuckets) * 64);
}

function putSession(bytes, offset, pid) {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  bytes.writeBigUInt64LE(statSync('/proc/self/ns/pid', { bigint: true }).ino, offset);
  bytes.writeUInt32LE(pid, offset + 8);
  bytes.writeBigUInt64LE(BigInt(started), offset + 16);
}

/** The frames of a journal: kind, id, errno, markers, door, agent, exe, cwd and arguments. */
export function readFrames(bytes) {
  const frames = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    const lengths = [84, 86, 88, 90, 92].map((offset) => bytes.readUInt16LE(at + offset));
    let from = at + 100;
    const [door, agent, , exe, cwd] = lengths.map((length) => {
      from += length;
      return bytes.toString('utf8', from - length, from);
    });
    const argv = bytes
      .toString('utf8', from, from + bytes.readUInt32LE(at + 96))
      .split('\0')
      .slice(0, -1);
    const id = bytes.toString('hex', at + 16, at + 32);
    const library = bytes.toString('hex', at + 64, at + 84);
    const [kind, errno, markers] = [bytes[at + 10], bytes.readUInt32LE(at + 12), bytes.readUInt32LE(at + 52)];
    frames.push({ kind, id, errno, markers, library, door, agent, exe, cwd, argv });
  }
  return frames;
}
