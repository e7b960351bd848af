import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Where a command says something. Writes are done when a call returns, so nothing is lost at the end. */
export interface Output {
  /** Writes data. False when the reader is gone, which is no failure: who stops reading has seen enough. */
  out(text: string | Buffer): boolean;
  /** Writes a message. */
  err(text: string | Buffer): void;
  /** Whether a person's terminal reads the data, and the messages. */
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
}

/** How long to wait for a reader that does not keep up, in milliseconds. */
const fullPipePauseMs = 5;

/**
 * Output to two descriptors. `process.stdout` is not used: it makes pipes non-blocking, and a program that takes
 * this one's place would have to live with that.
 */
export function createOutput(outDescriptor: number, errDescriptor: number): Output {
  return {
    out: (text) => writeAll(outDescriptor, text),
    err: (text) => {
      writeAll(errDescriptor, text);
    },
    isOutTerminal: isatty(outDescriptor),
    isErrTerminal: isatty(errDescriptor),
  };
}

function writeAll(descriptor: number, text: string | Buffer): boolean {
  let rest = typeof text === 'string' ? Buffer.from(text) : text;
  while (rest.length > 0) {
    const written = tryWrite(descriptor, rest);
    if (written === 'gone') return false;
    rest = rest.subarray(written);
  }
  return true;
}

/** How many bytes were taken; 0 when the reader is behind. */
function tryWrite(descriptor: number, bytes: Buffer): number | 'gone' {
  try {
    return writeSync(descriptor, bytes);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (code !== 'EAGAIN') return 'gone';
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fullPipePauseMs);
    return 0;
  }
}
