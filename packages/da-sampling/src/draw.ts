/**
 * Unbiased integers from a hash stream: counter-mode tagged hashes, rejection sampling on exactly as
 * many bits as the bound has (da-review.md §3). A draw never reduces modulo the bound.
 */
import { type TAGS, taggedHash } from './tagged-hash.ts';
import { littleEndian } from './wire.ts';

type DrawTag = typeof TAGS.seatDraw | typeof TAGS.rowOrder;

/** Bits of one hash block: bounds above 2^256 cannot be drawn. */
const BLOCK_BITS = 256n;

/** Yields uniform integers; each attempt consumes one counter value. */
export type DrawStream = (bound: bigint) => bigint;

/** A stream keyed by `seed` under `tag`: block i is TH(tag, seed | i u64). */
export function drawStream(tag: DrawTag, seed: Uint8Array): DrawStream {
  let counter = 0n;
  return (bound) => {
    if (bound < 1n || bound > 1n << BLOCK_BITS) throw new RangeError(`bound: got ${bound}`);
    const bits = BigInt((bound - 1n).toString(2).length);
    const mask = (1n << bits) - 1n;
    for (;;) {
      const block = taggedHash(tag, seed, littleEndian(counter, 8));
      counter += 1n;
      let value = 0n;
      for (const byte of block) value = (value << 8n) | BigInt(byte);
      if ((value & mask) < bound) return value & mask; // accepted with probability above 1/2
    }
  };
}
