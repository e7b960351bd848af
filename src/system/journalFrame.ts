import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { formatBase64, isUtf8, readableText } from '../protocol/byteText.ts';
import type { ByteText } from '../protocol/byteText.ts';
import { agentMarkers } from '../protocol/environment.ts';
import { findMagic } from './magic.ts';
import { checksumKey, siphash24 } from './siphash.ts';

/** The longest frame that a writer makes; docs/protocol.md, section 5. */
export const maxJournalFrameBytes = 131_072;

const magic = Buffer.from('RMPJ', 'latin1');
const format = 1;
const fixedBytes = 100;
const checksumBytes = 8;
const fieldCount = 5;

/** How many bytes of a stretch are taken for frames that they are not; their checksum costs 30 µs for each thousand. */
const maxWastedBytes = 1_048_576;

const kinds = ['hello', 'table', 'unanswered', 'failed', 'unguarded'] as const;

/** What a frame tells: a library said hello, a table hit, a run without an answer, a real call that failed, or that is made without our variables. */
export type JournalKind = (typeof kinds)[number];

/** One record of the journal. A byte of a text that is not UTF-8 is read as U+00xx. */
export interface JournalFrame {
  readonly kind: JournalKind;
  readonly argvCut: boolean;
  readonly guardable: boolean;
  /** errno of the real call for `failed`, else 0. */
  readonly errno: number;
  /** 32 lower-case hex digits. */
  readonly id: string;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly pid: number;
  readonly ppid: number;
  readonly sid: number;
  /** The names of the agent markers that were there, in their own order. */
  readonly markers: readonly string[];
  /** Start time of pid in clock ticks since boot; 0 when unknown. */
  readonly started: number;
  /** Build id of the library in hex; null when unknown. */
  readonly library: string | null;
  readonly door: string;
  readonly agent: string;
  readonly session: string;
  readonly exe: string;
  readonly cwd: string;
  readonly argv: readonly string[];
  /** The same in base64, each; absent where all are UTF-8. */
  readonly argvBase64?: readonly string[];
}

/** What a stretch of the journal held. */
export interface JournalStretch {
  readonly frames: readonly JournalFrame[];
  /** Bytes that need not be read again; what is left over is the beginning of a frame. */
  readonly consumed: number;
  /** How many whole frames are of a form or a kind that we do not know. */
  readonly foreign: number;
  /** Bytes among them that belonged to no frame. */
  readonly skipped: number;
}

/** The bytes of one frame, checksum included. A failure when a field or the whole is too long. */
export function formatJournalFrame(frame: JournalFrame): Result<Buffer, string> {
  const fields = [frame.door, frame.agent, frame.session, frame.exe, frame.cwd].map((text) =>
    Buffer.from(text),
  );
  const argv = Buffer.concat(frame.argv.map((argument) => Buffer.from(`${argument}\0`)));
  const length =
    fixedBytes + fields.reduce((sum, field) => sum + field.length, 0) + argv.length + checksumBytes;
  const tooLong = frame.argv.length > 0xffff || fields.some((field) => field.length > 0xffff);
  if (tooLong || length > maxJournalFrameBytes) return failure(`the frame is too long: ${length} bytes`);
  const bytes = Buffer.alloc(length);
  magic.copy(bytes);
  bytes.writeUInt32LE(length, 4);
  bytes.writeUInt16LE(format, 8);
  bytes.writeUInt8(kinds.indexOf(frame.kind) + 1, 10);
  bytes.writeUInt8((frame.argvCut ? 1 : 0) | (frame.guardable ? 0 : 2), 11);
  bytes.writeUInt32LE(frame.errno, 12);
  bytes.write(frame.id, 16, 'hex');
  bytes.writeBigUInt64LE(frame.time, 32);
  bytes.writeUInt32LE(frame.pid, 40);
  bytes.writeUInt32LE(frame.ppid, 44);
  bytes.writeUInt32LE(frame.sid, 48);
  bytes.writeUInt32LE(markerBits(frame.markers), 52);
  bytes.writeBigUInt64LE(BigInt(frame.started), 56);
  if (frame.library !== null) bytes.write(frame.library, 64, 20, 'hex');
  for (const [index, field] of fields.entries()) bytes.writeUInt16LE(field.length, 84 + index * 2);
  bytes.writeUInt16LE(frame.argv.length, 94);
  bytes.writeUInt32LE(argv.length, 96);
  bytes.set(Buffer.concat([...fields, argv]), fixedBytes);
  const end = length - checksumBytes;
  bytes.writeBigUInt64LE(siphash24(checksumKey, bytes.subarray(0, end)), end);
  return success(bytes);
}

/**
 * Finds the frames in a stretch of the journal that starts at a frame or anywhere else: what is no frame is
 * skipped up to the next magic. A frame whose end is not there yet is left over; at the end of all it is none.
 */
export function parseJournal(stretch: Uint8Array, isEnd = false): JournalStretch {
  const bytes = Buffer.from(stretch.buffer, stretch.byteOffset, stretch.byteLength);
  const frames: JournalFrame[] = [];
  let position = 0;
  let skipped = 0;
  let foreign = 0;
  let wasted = 0;
  while (position < bytes.length) {
    const start = findMagic(bytes, magic, position);
    skipped += start - position;
    position = start;
    const length = frameLength(bytes, position);
    if (length === 'incomplete' && !isEnd) break;
    const frame = typeof length === 'string' ? null : parseFrame(bytes.subarray(position, position + length));
    let step = typeof length === 'string' ? 1 : length;
    if (frame === null) {
      wasted += step;
      // Frames may begin within what only looks like one, until there are too many of those.
      if (wasted < maxWastedBytes) step = 1;
      skipped += step;
    } else if (frame === 'foreign') foreign += 1;
    else frames.push(frame);
    position += step;
  }
  return { frames, foreign, consumed: position, skipped };
}

function frameLength(bytes: Buffer, position: number): number | 'incomplete' | 'none' {
  const available = bytes.length - position;
  if (available < 8) return 'incomplete';
  const length = bytes.readUInt32LE(position + 4);
  if (length < fixedBytes + checksumBytes || length > maxJournalFrameBytes) return 'none';
  return length > available ? 'incomplete' : length;
}

function parseFrame(bytes: Buffer): JournalFrame | 'foreign' | null {
  const end = bytes.length - checksumBytes;
  if (bytes.readBigUInt64LE(end) !== siphash24(checksumKey, bytes.subarray(0, end))) return null;
  const kind = kinds[bytes.readUInt8(10) - 1];
  // Magic, length, format and checksum stand there in every form.
  if (bytes.readUInt16LE(8) !== format || kind === undefined) return 'foreign';
  const fields = fieldsOf(bytes, end);
  if (fields === null) return null;
  const [door = '', agent = '', session = '', exe = '', cwd = ''] = fields.texts;
  const flags = bytes.readUInt8(11);
  const library = bytes.toString('hex', 64, 84);
  const bits = bytes.readUInt32LE(52);
  return {
    kind,
    argvCut: (flags & 1) !== 0,
    guardable: (flags & 2) === 0,
    errno: bytes.readUInt32LE(12),
    id: bytes.toString('hex', 16, 32),
    time: bytes.readBigUInt64LE(32),
    pid: bytes.readUInt32LE(40),
    ppid: bytes.readUInt32LE(44),
    sid: bytes.readUInt32LE(48),
    markers: agentMarkers.filter((_, index) => ((bits >>> index) & 1) === 1),
    started: Number(bytes.readBigUInt64LE(56)),
    library: /^0*$/.test(library) ? null : library,
    door,
    agent,
    session,
    exe,
    cwd,
    argv: fields.argv.map(readableText),
    ...(fields.argv.every(isUtf8) ? {} : { argvBase64: fields.argv.map(formatBase64) }),
  };
}

/** Bit N stands for marker N of the protocol's list. */
function markerBits(markers: readonly string[]): number {
  return (
    agentMarkers.reduce((bits, name, index) => (markers.includes(name) ? bits | (1 << index) : bits), 0) >>> 0
  );
}

function fieldsOf(bytes: Buffer, end: number): { texts: string[]; argv: ByteText[] } | null {
  const texts: string[] = [];
  let position = fixedBytes;
  for (let index = 0; index < fieldCount; index += 1) {
    const length = bytes.readUInt16LE(84 + index * 2);
    if (position + length > end) return null;
    texts.push(readableText(bytes.toString('latin1', position, position + length)));
    position += length;
  }
  if (position + bytes.readUInt32LE(96) !== end) return null;
  const argv = bytes.toString('latin1', position, end).split('\0');
  if (argv.pop() !== '' || argv.length !== bytes.readUInt16LE(94)) return null;
  return { texts, argv };
}
