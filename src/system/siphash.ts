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
  state.low2 ^= 0xff;
  for (let round = 0; round < 4; round += 1) mix(state);
  const { low0, high0, low1, high1, low2, high2, low3, high3 } = state;
  const [low, high] = [low0 ^ low1 ^ low2 ^ low3, high0 ^ high1 ^ high2 ^ high3];
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** v0 to v3, each as a low and a high half. */
interface State {
  low0: number;
  high0: number;
  low1: number;
  high1: number;
  low2: number;
  high2: number;
  low3: number;
  high3: number;
}

function createState(key: Uint8Array): State {
  const [low0, high0, low1, high1] = [wordAt(key, 0), wordAt(key, 4), wordAt(key, 8), wordAt(key, 12)];
  return {
    low0: low0 ^ 0x70736575,
    high0: high0 ^ 0x736f6d65,
    low1: low1 ^ 0x6e646f6d,
    high1: high1 ^ 0x646f7261,
    low2: low0 ^ 0x6e657261,
    high2: high0 ^ 0x6c796765,
    low3: low1 ^ 0x79746573,
    high3: high1 ^ 0x74656462,
  };
}

function wordAt(bytes: Uint8Array, offset: number): number {
  // No list of the four: taking it apart would cost more than all the rest.
  const low = (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8);
  return low | ((bytes[offset + 2] ?? 0) << 16) | ((bytes[offset + 3] ?? 0) << 24);
}

function absorb(state: State, low: number, high: number): void {
  state.low3 ^= low;
  state.high3 ^= high;
  mix(state);
  mix(state);
  state.low0 ^= low;
  state.high0 ^= high;
}

/** One SipRound, written out: a call for each of its steps would cost three times as much. */
function mix(state: State): void {
  let { low0, high0, low1, high1, low2, high2, low3, high3 } = state;
  high0 = (high0 + high1 + carryOf(low0, low1)) | 0;
  low0 = (low0 + low1) | 0;
  high2 = (high2 + high3 + carryOf(low2, low3)) | 0;
  low2 = (low2 + low3) | 0;
  const [turned1, turned3] = [(low1 << 13) | (high1 >>> 19), (low3 << 16) | (high3 >>> 16)];
  high1 = ((high1 << 13) | (low1 >>> 19)) ^ high0;
  high3 = ((high3 << 16) | (low3 >>> 16)) ^ high2;
  low1 = turned1 ^ low0;
  low3 = turned3 ^ low2;
  // v0, whose halves have changed places.
  const [lowOf0, highOf0] = [high0, low0];
  state.high0 = (highOf0 + high3 + carryOf(lowOf0, low3)) | 0;
  state.low0 = (lowOf0 + low3) | 0;
  const sumHigh = (high2 + high1 + carryOf(low2, low1)) | 0;
  const sumLow = (low2 + low1) | 0;
  state.low3 = ((low3 << 21) | (high3 >>> 11)) ^ state.low0;
  state.high3 = ((high3 << 21) | (low3 >>> 11)) ^ state.high0;
  state.low1 = ((low1 << 17) | (high1 >>> 15)) ^ sumLow;
  state.high1 = ((high1 << 17) | (low1 >>> 15)) ^ sumHigh;
  state.low2 = sumHigh;
  state.high2 = sumLow;
}

/** What the sum of two low halves carries over. */
function carryOf(first: number, second: number): number {
  return (first >>> 0) + (second >>> 0) > 0xffffffff ? 1 : 0;
}
