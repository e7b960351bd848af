// What the native tests that compare one thing after the other count by.
let passed = 0;
let failed = 0;

/** Counts a comparison, by what both sides are as JSON, and prints one that fails. */
export function expect(name, actual, wanted) {
  const same = JSON.stringify(actual) === JSON.stringify(wanted);
  if (same) passed++;
  else failed++;
  if (!same)
    process.stdout.write(`${name}: ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}\n`);
}

/** Prints what was counted, and has the program fail if anything did, or nothing was compared. */
export function tellTotals() {
  process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
