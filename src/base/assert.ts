/** Marks a branch that the types say cannot be reached; throws when it is, which is a bug of ours. */
export function neverReached(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

/** Turns whatever was thrown into the text of its message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
