/**
 * How V8 runs us. The grammar of the shell has one function so large that optimising it takes 50 MB for good, and
 * gains nothing on command lines; a question leaves little behind, so that small spaces that are cleaned often
 * serve it as fast as large ones. Cleaning one takes so short that threads to help with it come too late: what asks
 * keeps the other processors busy, and all wait for the last thread. What is optimised pays only where it is run ten
 * thousand times, and a build asks some hundred questions, each of which goes through a thousand functions: they have to run
 * three times as long as usual before the compiler takes the processors from the build.
 */
const flags = [
  '--liftoff-only',
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=40',
  '--no-parallel-scavenge',
  '--interrupt-budget=200000',
];

/** Makes V8 spare memory and processors; works as long as the grammar is not loaded. A V8 that does not know a flag passes it over. */
export function tuneEngine(setFlag: (flag: string) => void): void {
  for (const flag of flags) setFlag(flag);
}
