import { readFileSync } from 'node:fs';
import type { ByteText } from '../protocol/byteText.ts';

/**
 * The last `count` arguments of this process as bytes: Node decodes them, and what is not UTF-8 is lost then.
 * Where the system does not tell, the decoded ones.
 */
export function readArgumentBytes(decoded: readonly string[]): readonly ByteText[] {
  const words = readWords('/proc/self/cmdline');
  const own = decoded.length === 0 ? [] : words.slice(-decoded.length);
  return own.length === decoded.length ? own : decoded.map(toBytes);
}

/** The environment of this process as bytes, `NAME=value`. */
export function readEnvironmentBytes(decoded: NodeJS.ProcessEnv): readonly ByteText[] {
  const entries = readWords('/proc/self/environ');
  if (entries.length > 0) return entries;
  return Object.entries(decoded).map(([name, value]) => toBytes(`${name}=${value ?? ''}`));
}

/** The current directory; the root when it is gone. */
export function readWorkingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

function readWords(file: string): readonly ByteText[] {
  try {
    return readFileSync(file, 'latin1').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

function toBytes(text: string): ByteText {
  return Buffer.from(text).toString('latin1');
}
