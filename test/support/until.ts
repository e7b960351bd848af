/** How often a condition is looked at, in milliseconds. */
const lookIntervalMs = 10;

/** Waits until `look` gives something other than null, undefined or false, and gives that back; rejects after the deadline. */
export async function until<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  deadlineMs = 60_000,
): Promise<Exclude<Value, null | undefined | false>> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const value = await look();
    if (value !== null && value !== undefined && value !== false)
      return value as Exclude<Value, null | undefined | false>;
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }
}
