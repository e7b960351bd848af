import { findMagic } from './magic.ts';
import { checksumKey, siphash24 } from './siphash.ts';

/** The longest frame of a question: what a pipe takes at once; docs/protocol.md, section 6. */
export const maxQuestionFrameBytes = 4_096;

const magic = Buffer.from('RMPQ', 'latin1');
const format = 1;
const headBytes = 28;
/** Where the length ends. */
const lengthBytes = 6;
const checksumBytes = 8;

/** How many bytes of a stretch are taken for frames that they are not; their checksum costs 30 µs for each thousand. */
const maxWastedBytes = 262_144;

/** A piece of a question that comes through the FIFO. */
export interface QuestionFrame {
  /** 32 lower-case hex digits. */
  readonly id: string;
  /** Position of the piece, from 0. */
  readonly index: number;
  readonly count: number;
  readonly piece: Buffer;
}

/** What a stretch of the FIFO held. */
export interface QuestionStretch {
  readonly frames: readonly QuestionFrame[];
  /** Ids of whole frames in a form that we do not know. */
  readonly foreign: readonly string[];
  /** What need not be read again; what is left over is the beginning of a frame. */
  readonly consumed: number;
}

/** The frames of a question's body, one write each. */
export function formatQuestionFrames(id: string, body: Uint8Array): readonly Buffer[] {
  const room = maxQuestionFrameBytes - headBytes - checksumBytes;
  const count = Math.ceil(body.length / room);
  return Array.from({ length: count }, (_, index) => {
    const piece = body.subarray(index * room, (index + 1) * room);
    const bytes = Buffer.alloc(headBytes + piece.length + checksumBytes);
    magic.copy(bytes);
    bytes.writeUInt16LE(bytes.length, 4);
    bytes.writeUInt16LE(format, 6);
    bytes.write(id, 8, 16, 'hex');
    bytes.writeUInt16LE(index, 24);
    bytes.writeUInt16LE(count, 26);
    bytes.set(piece, headBytes);
    const end = bytes.length - checksumBytes;
    bytes.writeBigUInt64LE(siphash24(checksumKey, bytes.subarray(0, end)), end);
    return bytes;
  });
}

/**
 * Finds the frames in what was read; what is none is skipped up to the next magic. So is one that has not ended when a
 * whole one stands behind its beginning: a frame is written at once, so that nobody will end it.
 */
export function parseQuestionFrames(bytes: Buffer): QuestionStretch {
  const frames: QuestionFrame[] = [];
  const foreign: string[] = [];
  /** Where a frame begins that has not ended. */
  let open: number | null = null;
  let wasted = 0;
  let position = findMagic(bytes, magic, 0);
  while (position + lengthBytes <= bytes.length) {
    const length = claimedLength(bytes, position);
    const isOpen = position + length > bytes.length;
    const frame = isOpen ? null : parseFrame(bytes.subarray(position, position + length));
    let step = length;
    if (frame === null) {
      if (isOpen) open ??= position;
      else wasted += length;
      // Frames may begin within what only looks like one, until there are too many of those.
      if (wasted < maxWastedBytes) step = 1;
    } else {
      open = null;
      if (frame === 'foreign') foreign.push(bytes.toString('hex', position + 8, position + 24));
      else frames.push(frame);
    }
    position = findMagic(bytes, magic, position + step);
  }
  return { frames, foreign, consumed: open ?? position };
}

/** How long the frame is that may begin here; 1 where none does. */
function claimedLength(bytes: Buffer, position: number): number {
  const length = bytes.readUInt16LE(position + lengthBytes - 2);
  return length < headBytes + checksumBytes || length > maxQuestionFrameBytes ? 1 : length;
}

function parseFrame(bytes: Buffer): QuestionFrame | 'foreign' | null {
  const end = bytes.length - checksumBytes;
  if (end < headBytes) return null;
  if (bytes.readBigUInt64LE(end) !== siphash24(checksumKey, bytes.subarray(0, end))) return null;
  // Magic, length, format, id and checksum stand there in every form.
  if (bytes.readUInt16LE(6) !== format) return 'foreign';
  return {
    id: bytes.toString('hex', 8, 24),
    index: bytes.readUInt16LE(24),
    count: bytes.readUInt16LE(26),
    piece: Buffer.from(bytes.subarray(headBytes, end)),
  };
}
