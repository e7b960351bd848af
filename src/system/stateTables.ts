import type { AgentProgram } from '../protocol/agentPrograms.ts';
import { withCommonName } from '../protocol/compilerFiles.ts';
import { stateHeaderBytes } from './stateFile.ts';
import { siphash24 } from './siphash.ts';

/** Where in the state file a table of hashes stands; docs/protocol.md, section 2. */
export interface HashTablePlace {
  readonly offset: number;
  readonly buckets: number;
}

/** How many hashes stand in a bucket of either table, and how many bytes each takes. */
export const hashSlots = { count: 8, bytes: 8 } as const;

const bucketBytes = hashSlots.count * hashSlots.bytes;

/** The verdict table. */
export const verdictTable: HashTablePlace = { offset: stateHeaderBytes, buckets: 2_048 };

/** The table of dormant sessions. */
export const dormantTable = {
  offset: verdictTable.offset + verdictTable.buckets * bucketBytes,
  entryBytes: 24,
};

/** How many sessions can be dormant at once. */
export const maxDormantSessions = 128;

const agentTable = {
  offset: dormantTable.offset + maxDormantSessions * dormantTable.entryBytes,
  entries: 64,
  entryBytes: 48,
  nameBytes: 24,
};

/** The table of programs that the library need not look into. */
export const programTable: HashTablePlace = {
  offset: agentTable.offset + agentTable.entries * agentTable.entryBytes,
  buckets: 64,
};

/** Length of a state file with its four tables. */
export const stateFileBytes = programTable.offset + programTable.buckets * bucketBytes;

/** The longest question that can have a verdict, in hashed bytes. */
const maxHashedBytes = 4_096;

/** What a verdict hashes. Every text stands for its UTF-8 bytes and has no NUL. */
export interface VerdictQuestion {
  readonly door: string;
  /** Absolute path of the program. */
  readonly exe: string;
  readonly cwd: string;
  readonly argv: readonly string[];
}

/** A session in which nobody is asked. */
export interface DormantSession {
  /** The inode of its pid namespace. */
  readonly namespace: bigint;
  /** Process id of its leader. */
  readonly sid: number;
  /** Start time of the leader in clock ticks since boot. */
  readonly started: number;
}

/** On what condition a verdict holds: on none, or while no link is on the way of any argument. */
export type VerdictCondition = 'none' | 'unlinked';

/** How many arguments behind the first are looked at for links at most. */
export const maxUnlinkedArguments = 64;

/** The verdict of a question under a table key; null when the table cannot hold it. */
export function hashVerdict(
  key: Uint8Array,
  { door, exe, cwd, argv }: VerdictQuestion,
  condition: VerdictCondition,
): bigint | null {
  const words = argv.map(withCommonName);
  const texts = [...(condition === 'none' ? [] : [condition]), door, exe, cwd, ...words];
  const bytes = Buffer.from(texts.map((text) => `${text}\0`).join(''));
  if (bytes.length > maxHashedBytes) return null;
  const hash = siphash24(key, bytes);
  return hash === 0n ? null : hash;
}

/** What stands in the table for a program, by what `identifyProgram` says of it, with its file name behind it. */
export function hashProgram(key: Uint8Array, identity: Uint8Array): bigint {
  return siphash24(key, identity);
}

/** In which bucket of its table a hash stands. */
export function bucketOf(hash: bigint, { buckets }: HashTablePlace): number {
  return Number(hash % BigInt(buckets));
}

/** Puts dormant sessions into a state file; of too many the first go in. */
export function putDormantSessions(file: Buffer, sessions: readonly DormantSession[]): void {
  file.fill(0, dormantTable.offset, agentTable.offset);
  for (const [index, session] of sessions.slice(0, maxDormantSessions).entries()) {
    const offset = dormantTable.offset + index * dormantTable.entryBytes;
    file.writeBigUInt64LE(session.namespace, offset);
    file.writeUInt32LE(session.sid, offset + 8);
    file.writeBigUInt64LE(BigInt(session.started), offset + 16);
  }
}

/** The dormant sessions of a state file, as a library finds them: an entry without an id ends the table. */
export function readDormantSessions(file: Buffer): readonly DormantSession[] {
  const sessions: DormantSession[] = [];
  const end = Math.min(file.length, agentTable.offset);
  for (let { offset } = dormantTable; offset + dormantTable.entryBytes <= end;) {
    const sid = file.readUInt32LE(offset + 8);
    if (sid === 0) break;
    const started = Number(file.readBigUInt64LE(offset + 16));
    sessions.push({ namespace: file.readBigUInt64LE(offset), sid, started });
    offset += dormantTable.entryBytes;
  }
  return sessions;
}

/** Puts agent programs into a state file; one whose name is too long is left out. */
export function putAgentPrograms(file: Buffer, programs: readonly AgentProgram[]): void {
  file.fill(0, agentTable.offset, programTable.offset);
  const isShort = (name: string): boolean => Buffer.byteLength(name) < agentTable.nameBytes;
  const fitting = programs.filter(({ program, agent }) => isShort(program) && isShort(agent));
  for (const [index, { program, agent }] of fitting.slice(0, agentTable.entries).entries()) {
    const offset = agentTable.offset + index * agentTable.entryBytes;
    file.write(program, offset);
    file.write(agent, offset + agentTable.nameBytes);
  }
}
