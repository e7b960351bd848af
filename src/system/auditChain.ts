import { hash as digest } from 'node:crypto';

/** What a line of the audit log says of its place in the chain; docs/protocol.md, section 9. */
export interface AuditSeal {
  /** The hash of the record before; empty for the first. */
  readonly previous: string;
  readonly hash: string;
  /** Whether the hash is that of the line. */
  readonly isTrue: boolean;
}

/** A record's line in the log, without its newline, and the hash that the next record names. */
export interface SealedLine {
  readonly line: string;
  readonly hash: string;
}

const sealPattern = /,"prev_hash":"((?:sha256:[0-9a-f]{64})?)","hash":"(sha256:[0-9a-f]{64})"\}$/;

/** Puts `prev_hash` and `hash` at the end of a record, which is the text of a JSON object that is not empty. */
export function sealRecord(json: string, previous: string): SealedLine {
  const open = `${json.slice(0, -1)},"prev_hash":"${previous}","hash":"`;
  const hash = hashOf(previous, `${open}"}`);
  return { line: `${open}${hash}"}`, hash };
}

/** Reads and checks the seal of a line; null when it has none. */
export function readSeal(line: string): AuditSeal | null {
  const [seal, previous, hash] = sealPattern.exec(line) ?? [];
  if (seal === undefined || previous === undefined || hash === undefined) return null;
  const blank = `${line.slice(0, line.length - `${hash}"}`.length)}"}`;
  return { previous, hash, isTrue: hashOf(previous, blank) === hash };
}

function hashOf(previous: string, blank: string): string {
  return `sha256:${digest('sha256', previous + blank, 'hex')}`;
}
