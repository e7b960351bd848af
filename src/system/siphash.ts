/** The key of every checksum that our programs share; docs/protocol.md, first paragraph. */
export const checksumKey: Uint8Array = Uint8Array.from({ length: 16 }, (_, index) => index);

/**
 * SipHash-2-4 with a 64-bit result, after Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012).
 * `key` has 16 bytes. The words are kept as 32-bit halves, which costs a tenth of what BigInt does.
 */
export function siphash24(key: Uint8Array, message: Uint8Array): bigint {
  const state = createState(key);
  const whole = message.length & ~7;
  for (let offset = 0; offset < whole; offset += 8) {
    absorb(state, wordAt(message, offset), wordAt(message, offset + 4));
  }
  const tail = new Uint8Array(8);
  tail.set(message.subarray(whole));
  tail[7] = message.length & 0xff;
  absorb(state, wordAt(tail, 0), wordAt(tail, 4));
  state[4] = (state[4] ?? 0) ^ 0xff;
  for (let round = 0; round < 4; round += 1) mix(state);
  return (BigInt(folded(state, 1)) << 32n) | BigInt(folded(state, 0));
}

/** The exclusive or of the four words' low (0) or high (1) halves. */
function folded(state: State, half: number): number {
  return state.reduce((sum, value, index) => (index % 2 === half ? sum ^ value : sum), 0) >>> 0;
}

/** v0 to v3, each as a low and a high half. */
type State = Int32Array;

function createState(key: Uint8Array): State {
  const [low0, high0, low1, high1] = [wordAt(key, 0), wordAt(key, 4), wordAt(key, 8), wordAt(key, 12)];
  return Int32Array.of(
    low0 ^ 0x70736575,
    high0 ^ 0x736f6d65,
    low1 ^ 0x6e646f6d,
    high1 ^ 0x646f7261,
    low0 ^ 0x6e657261,
    high0 ^ 0x6c796765,
    low1 ^ 0x79746573,
    high1 ^ 0x74656462,
  );
}

function wordAt(bytes: Uint8Array, offset: number): number {
  // No list of the four: taking it apart would cost more than all the rest.
  const low = (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8);
  return low | ((bytes[offset + 2] ?? 0) << 16) | ((bytes[offset + 3] ?? 0) << 24);
}

function absorb(state: State, low: number, high: number): void {
  state[6] = (state[6] ?? 0) ^ low;
  state[7] = (state[7] ?? 0) ^ high;
  mix(state);
  mix(state);
  state[0] = (state[0] ?? 0) ^ low;
  state[1] = (state[1] ?? 0) ^ high;
}

/** One SipRound; word N stands at 2N (low half) and 2N + 1 (high half). */
function mix(state: State): void {
  add(state, 0, 2);
  turn(state, 2, 13);
  xor(state, 2, 0);
  swap(state, 0);
  add(state, 4, 6);
  turn(state, 6, 16);
  xor(state, 6, 4);
  add(state, 0, 6);
  turn(state, 6, 21);
  xor(state, 6, 0);
  add(state, 4, 2);
  turn(state, 2, 17);
  xor(state, 2, 4);
  swap(state, 4);
}

function add(state: State, target: number, source: number): void {
  const low = ((state[target] ?? 0) >>> 0) + ((state[source] ?? 0) >>> 0);
  const carry = low > 0xffffffff ? 1 : 0;
  state[target + 1] = (state[target + 1] ?? 0) + (state[source + 1] ?? 0) + carry;
  state[target] = low | 0;
}

function xor(state: State, target: number, source: number): void {
  state[target] = (state[target] ?? 0) ^ (state[source] ?? 0);
  state[target + 1] = (state[target + 1] ?? 0) ^ (state[source + 1] ?? 0);
}

/** Rotates left by less than 32 bits. */
function turn(state: State, target: number, bits: number): void {
  const low = state[target] ?? 0;
  const high = state[target + 1] ?? 0;
  state[target] = (low << bits) | (high >>> (32 - bits));
  state[target + 1] = (high << bits) | (low >>> (32 - bits));
}

/** Rotates left by 32 bits. */
function swap(state: State, target: number): void {
  const low = state[target] ?? 0;
  state[target] = state[target + 1] ?? 0;
  state[target + 1] = low;
}
