import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Mode } from '../protocol/mode.ts';
import { checksumKey, siphash24 } from './siphash.ts';

/** Length of the state file's header in bytes; docs/protocol.md, section 2. */
export const stateHeaderBytes = 64;

const magic = 'RMPSTATE';
const format = 1;
const checksumOffset = 56;
const modeBytes: Readonly<Record<Mode, number>> = { enforce: 1, monitor: 2, disabled: 3 };

/** The header of the state file. */
export interface StateHeader {
  /** How many bytes of the file are valid, at least 64. */
  readonly length: number;
  /** 16 bytes; zeros where the system has none. */
  readonly bootId: Uint8Array;
  readonly mode: Mode;
  /** Of `readBootMoment`; 0 says nothing. A reader that finds its own here need not read the boot id. */
  readonly bootMoment: number;
  readonly generation: number;
  /** 16 random bytes, new whenever the verdict table is emptied. */
  readonly tableKey: Uint8Array;
}

/** The 64 bytes of a header, checksum included. */
export function formatStateHeader(header: StateHeader): Buffer {
  const bytes = Buffer.alloc(stateHeaderBytes);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(header.length, 8);
  bytes.writeUInt32LE(format, 12);
  bytes.set(header.bootId, 16);
  bytes.writeUInt8(modeBytes[header.mode], 32);
  bytes.writeUIntLE(header.bootMoment, 33, 3);
  bytes.writeUInt32LE(header.generation >>> 0, 36);
  bytes.set(header.tableKey, 40);
  bytes.writeBigUInt64LE(siphash24(checksumKey, bytes.subarray(0, checksumOffset)), checksumOffset);
  return bytes;
}

/**
 * Reads a header as the library does: a file that is short, of another magic, format or boot, with a mode that
 * is not listed or a wrong checksum says nothing, and the failure tells why.
 */
export function parseStateHeader(bytes: Uint8Array, bootId: Uint8Array): Result<StateHeader, string> {
  if (bytes.length < stateHeaderBytes) return failure(`the state file is short: ${bytes.length} bytes`);
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, stateHeaderBytes);
  if (header.toString('latin1', 0, 8) !== magic) return failure('the state file has another magic');
  if (header.readUInt32LE(12) !== format)
    return failure(`the state file has format ${header.readUInt32LE(12)}`);
  const sum = siphash24(checksumKey, header.subarray(0, checksumOffset));
  if (header.readBigUInt64LE(checksumOffset) !== sum)
    return failure('the checksum of the state file is wrong');
  if (!header.subarray(16, 32).equals(bootId)) return failure('the state file is of another boot');
  const length = header.readUInt32LE(8);
  if (length < stateHeaderBytes) return failure(`the state file claims a length of ${length}`);
  const mode = modeOfByte(header.readUInt8(32));
  if (mode === null) return failure(`the state file has mode ${header.readUInt8(32)}`);
  return success({
    length,
    bootId: Uint8Array.from(header.subarray(16, 32)),
    mode,
    bootMoment: header.readUIntLE(33, 3),
    generation: header.readUInt32LE(36),
    tableKey: Uint8Array.from(header.subarray(40, 56)),
  });
}

function modeOfByte(byte: number): Mode | null {
  switch (byte) {
    case modeBytes.enforce:
      return 'enforce';
    case modeBytes.monitor:
      return 'monitor';
    case modeBytes.disabled:
      return 'disabled';
    default:
      return null;
  }
}
