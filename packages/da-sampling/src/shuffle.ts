/**
 * Ethereum's swap-or-not shuffle: consensus-specs phase0 `compute_shuffled_index`, 90 rounds (after
 * Hoang, Morris, Rogaway, "An Enciphering Scheme Based on a Card Shuffle", 2012).
 *
 * With s for the permutation of indices, `shuffleList` moves item i to s(i) and `unshuffleList` takes
 * item s(i) to i; committees of the beacon chain are cut from the latter.
 *
 * Each round pairs positions i and (pivot - i) mod n and swaps a pair if a bit of a hash says so, so a
 * single index can be followed without shuffling the list. Our own committees use apportionment
 * (`committee.ts`); this is for chains that already shuffle by it.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { expectLength } from './domain.ts';
import { join, littleEndian } from './wire.ts';

/** SHUFFLE_ROUND_COUNT, consensus-specs phase0 mainnet preset. */
export const SHUFFLE_ROUNDS = 90;

/** Bits of one hash: positions per hash. */
const POSITIONS_PER_HASH = 256;

/** Longest list: the position block is a u32. */
const MAX_COUNT = 2 ** 32;

/**
 * s(index), `compute_shuffled_index`. `seed` has 32 bytes. RangeError unless index < count <= 2^32. 180 hashes.
 */
export function shuffledIndex(
  index: number,
  options: { readonly count: number; readonly seed: Uint8Array },
): number {
  const { count, seed } = options;
  expectLength(seed, { name: 'seed', size: 32 });
  if (!Number.isInteger(count) || count > MAX_COUNT) throw new RangeError(`count: got ${count}`);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`index: expected 0 to ${count - 1}, got ${index}`);
  }
  let at = index;
  for (let round = 0; round < SHUFFLE_ROUNDS; round++) {
    const flip = (pivotOf(seed, { round, count }) + count - at) % count;
    const position = Math.max(at, flip);
    if (bitAt(sourceOf(seed, { round, position }), position)) at = flip;
  }
  return at;
}

/** A copy of `items` with item i at s(i). 90 (n / 256 + 1) hashes. */
export function shuffleList<T>(items: readonly T[], seed: Uint8Array): T[] {
  expectLength(seed, { name: 'seed', size: 32 });
  const out = [...items];
  for (let round = 0; round < SHUFFLE_ROUNDS; round++) swapPairs(out, { seed, round });
  return out;
}

/** The inverse: a copy of `items` with item s(i) at i. 90 (n / 256 + 1) hashes. */
export function unshuffleList<T>(items: readonly T[], seed: Uint8Array): T[] {
  expectLength(seed, { name: 'seed', size: 32 });
  const out = [...items];
  for (let round = SHUFFLE_ROUNDS - 1; round >= 0; round--) swapPairs(out, { seed, round });
  return out;
}

/** Swaps the pairs {i, pivot - i mod n} of one round whose bit, taken at the greater one, is set. */
function swapPairs<T>(list: T[], options: { seed: Uint8Array; round: number }): void {
  const { seed, round } = options;
  const count = list.length;
  if (count < 2) return;
  const pivot = pivotOf(seed, { round, count });
  let block = -1;
  let source = new Uint8Array(0);
  for (let position = count - 1; position >= 0; position--) {
    const flip = (pivot + count - position) % count;
    if (flip >= position) continue; // the greater of the two decides, once
    if (Math.floor(position / POSITIONS_PER_HASH) !== block) {
      block = Math.floor(position / POSITIONS_PER_HASH);
      source = sourceOf(seed, { round, position });
    }
    if (bitAt(source, position)) [list[position], list[flip]] = [list[flip]!, list[position]!];
  }
}

/** bytes_to_uint64(hash(seed + round)[0:8]) % count. */
function pivotOf(seed: Uint8Array, options: { round: number; count: number }): number {
  const hash = sha256(join(seed, Uint8Array.of(options.round)));
  const first = new DataView(hash.buffer, hash.byteOffset).getBigUint64(0, true);
  return Number(first % BigInt(options.count));
}

/** hash(seed + round + position // 256). */
function sourceOf(
  seed: Uint8Array,
  options: { round: number; position: number },
): Uint8Array<ArrayBuffer> {
  const block = littleEndian(Math.floor(options.position / POSITIONS_PER_HASH), 4);
  return Uint8Array.from(sha256(join(seed, Uint8Array.of(options.round), block)));
}

function bitAt(source: Uint8Array, position: number): boolean {
  return ((source[(position % POSITIONS_PER_HASH) >> 3]! >> (position & 7)) & 1) === 1;
}
