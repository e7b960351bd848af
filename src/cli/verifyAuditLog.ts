import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseJson } from '../base/record.ts';
import { parseAuditRecord } from '../protocol/parseAuditRecord.ts';
import { readSeal } from '../system/auditChain.ts';

/** What is wrong at a place of the log. */
export interface ChainProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** How the chain of a log was found. */
export interface ChainReport {
  /** Records that are in the chain. */
  readonly records: number;
  readonly problems: readonly ChainProblem[];
}

/** How many problems are told; a log that was rewritten has one a line. */
export const maxChainProblems = 100;

/**
 * Walks the chain of these files, the oldest first. Records of before the chain are passed over, and a log whose
 * oldest files were taken away begins where it begins. `onRecord` hears of every record. Rejects when a file cannot be read.
 */
export async function verifyAuditFiles(
  files: readonly string[],
  onRecord: () => void = () => undefined,
): Promise<ChainReport> {
  const problems: ChainProblem[] = [];
  let records = 0;
  let last: string | null = null;
  for (const file of files) {
    let line = 0;
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      line += 1;
      const seal = readSeal(text);
      const message = problemOf(text, seal, last);
      if (message !== null && problems.length < maxChainProblems) problems.push({ file, line, message });
      if (seal === null) continue;
      records += 1;
      onRecord();
      last = seal.hash;
    }
  }
  return { records, problems };
}

function problemOf(text: string, seal: ReturnType<typeof readSeal>, last: string | null): string | null {
  if (seal === null) return last !== null && isAuditRecord(text) ? 'the record has no hash' : null;
  if (!seal.isTrue) return 'the record was changed';
  return last !== null && seal.previous !== last ? 'the record before was taken away or changed' : null;
}

function isAuditRecord(text: string): boolean {
  const value = parseJson(text);
  return value.ok && parseAuditRecord(value.value).ok;
}
