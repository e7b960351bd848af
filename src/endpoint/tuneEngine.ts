/**
 * How V8 runs us. The grammar of the shell has one function so large that optimising it takes 50 MB for good, and
 * gains nothing on command lines; a question leaves little behind, so that small spaces that are cleaned often
 * serve it as fast as large ones. Cleaning one takes so short that threads to help with it come too late: what asks
 * keeps the other processors busy, and all wait for the last thread.
 */
const flags = [
  '--liftoff-only',
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=40',
  '--no-parallel-scavenge',
];

/** Makes V8 spare memory; works as long as the grammar is not loaded. A V8 that does not know a flag passes it over. */
export function tuneEngine(setFlag: (flag: string) => void): void {
  for (const flag of flags) setFlag(flag);
}

/**
 * A decision goes through a thousand functions once or twice each. V8 would otherwise count through thousands of questions
 * before it optimises them, and its bounds leave calls in them that cost more than what is called.
 */
const readyFlags = [
  '--interrupt-budget=20000',
  '--max-inlined-bytecode-size=1000',
  '--max-inlined-bytecode-size-cumulative=3000',
  '--reserve-inline-budget-scale-factor=2',
];

/** Has V8 optimise sooner and more; for when the endpoint is ready, as nothing of a start is done again. */
export function hastenEngine(setFlag: (flag: string) => void): void {
  for (const flag of readyFlags) setFlag(flag);
}
