import { bucketOf, hashSlots } from '../system/stateTables.ts';
import type { HashTablePlace } from '../system/stateTables.ts';

/** Where a slot begins in the state file, and what had stood in it. */
export interface ChangedSlot {
  readonly offset: number;
  readonly before: bigint;
}

/** A table of hashes in the image of a state file. */
export class HashTable {
  readonly #image: Buffer;
  readonly #place: HashTablePlace;
  /** By bucket: the slot that is used next when all are taken. */
  readonly #nextSlots: Uint8Array;

  constructor(image: Buffer, place: HashTablePlace) {
    this.#image = image;
    this.#place = place;
    this.#nextSlots = new Uint8Array(place.buckets);
  }

  /** Puts a hash in, in a full bucket in place of the oldest. Null when it stands there. */
  add(hash: bigint): ChangedSlot | null {
    const bucket = bucketOf(hash, this.#place);
    if (hash === 0n || this.#find(bucket, hash) !== null) return null;
    return this.#put(this.#find(bucket, 0n) ?? this.#takeNext(bucket), hash);
  }

  /** Takes a hash out. Null when it does not stand there. */
  remove(hash: bigint): ChangedSlot | null {
    const offset = hash === 0n ? null : this.#find(bucketOf(hash, this.#place), hash);
    return offset === null ? null : this.#put(offset, 0n);
  }

  clear(): void {
    this.#image.fill(0, this.#place.offset, this.#offsetOf(this.#place.buckets, 0));
    this.#nextSlots.fill(0);
  }

  #put(offset: number, hash: bigint): ChangedSlot {
    const before = this.#image.readBigUInt64LE(offset);
    this.#image.writeBigUInt64LE(hash, offset);
    return { offset, before };
  }

  #takeNext(bucket: number): number {
    const slot = this.#nextSlots[bucket] ?? 0;
    this.#nextSlots[bucket] = (slot + 1) % hashSlots.count;
    return this.#offsetOf(bucket, slot);
  }

  #find(bucket: number, hash: bigint): number | null {
    for (let slot = 0; slot < hashSlots.count; slot += 1) {
      const offset = this.#offsetOf(bucket, slot);
      if (this.#image.readBigUInt64LE(offset) === hash) return offset;
    }
    return null;
  }

  #offsetOf(bucket: number, slot: number): number {
    return this.#place.offset + (bucket * hashSlots.count + slot) * hashSlots.bytes;
  }
}
