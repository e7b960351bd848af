import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { messageOf } from '../base/assert.ts';

/** As much of a script's first line as the kernel reads, and more than an ELF header; execve(2). */
const headBytes = 256;

/** How many interpreters may stand in one another. */
const maxInterpreters = 4;

/** The most program headers that are looked at; a linker makes about a dozen. */
const maxProgramHeaders = 64;

/** `PT_INTERP`: the header that names the loader; elf(5). */
const interpreterHeader = 3;

/** Layout of a 64-bit little-endian ELF file; elf(5). */
const elf = { classOffset: 4, class64: 2, tableOffset: 32, entrySize: 54, entryCount: 56 } as const;

/**
 * Whether the loader will put a library into a program: not into a static one, one of another word size, or one
 * that changes who runs. A file that cannot be read counts as guardable, as the library itself has it.
 */
export function isGuardable(path: string): boolean {
  let file = path;
  for (let depth = 0; depth <= maxInterpreters; depth += 1) {
    const looked = look(file);
    if (typeof looked === 'boolean') return looked;
    file = looked.interpreter;
  }
  return true;
}

function look(file: string): boolean | { readonly interpreter: string } {
  try {
    if (changesIdentity(file)) return false;
    const descriptor = openSync(file, 'r');
    try {
      return inspect(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (thrown) {
    return messageOf(thrown) !== '';
  }
}

function changesIdentity(file: string): boolean {
  const { mode, uid, gid } = statSync(file);
  if ((mode & 0o4000) !== 0 && uid !== process.geteuid?.()) return true;
  return (mode & 0o2010) === 0o2010 && gid !== process.getegid?.();
}

function inspect(descriptor: number): boolean | { readonly interpreter: string } {
  const head = Buffer.alloc(headBytes);
  const length = readSync(descriptor, head, 0, headBytes, 0);
  const script = /^#![ \t]*([^ \t\n\0]+)/.exec(head.toString('latin1', 0, length));
  if (script?.[1] !== undefined) return { interpreter: Buffer.from(script[1], 'latin1').toString() };
  const isElf = head.toString('latin1', 0, 4) === '\x7fELF';
  if (!isElf) return true;
  if (head[elf.classOffset] !== elf.class64) return false;
  return hasInterpreter(descriptor, head);
}

function hasInterpreter(descriptor: number, head: Buffer): boolean {
  const start = Number(head.readBigUInt64LE(elf.tableOffset));
  const size = head.readUInt16LE(elf.entrySize);
  const count = Math.min(head.readUInt16LE(elf.entryCount), maxProgramHeaders);
  const table = Buffer.alloc(size * count);
  readSync(descriptor, table, 0, table.length, start);
  return Array.from({ length: count }, (_, index) => table.readUInt32LE(index * size)).includes(
    interpreterHeader,
  );
}
