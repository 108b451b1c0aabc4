/**
 * Where the bytes of a shard stand in a slot.
 *
 * GF(2^8): each byte is a symbol, so any length fits. GF(2^16): a slot is blocks of 64 bytes, the
 * low bytes of 32 symbols, then their high bytes. A tail of t < 64 bytes (t even) is its first t/2
 * bytes as low and its last t/2 as high bytes, with zero symbols after them (reed-solomon-simd 3,
 * `engine/shards.rs`). Shards of odd length are this package's own rule: data shards count with one
 * zero byte after them, which is not stored, and parity shards are one byte longer.
 */
import { isWideCodec } from './codec.ts';
import type { Codec } from './engine.ts';

/** Bytes per block; slots and the engines' strides are multiples of it. */
export const BLOCK_BYTES = 64;

/** The columns [start, end) of a codeword: `start` is a multiple of 64, `end` too or the last. */
export interface Columns {
  readonly start: number;
  readonly end: number;
}

/**
 * Bytes of each parity shard for data shards of `shardBytes`: as many, or for an odd length under a
 * codec over GF(2^16) one more.
 * @example
 * parityShardBytes('leopard-ff16', 1001); // 1002
 */
export function parityShardBytes(codec: Codec, shardBytes: number): number {
  return isWideCodec(codec) ? shardBytes + (shardBytes % 2) : shardBytes;
}

/** `size` rounded up to whole blocks. */
export function wholeBlocks(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}

/**
 * The tail of `size` bytes behind its last whole block, from a shard's order to that of a block.
 */
export function spreadTail(slot: Uint8Array, size: number): void {
  const base = size - (size % BLOCK_BYTES);
  const half = (size - base) / 2;
  const high = base + BLOCK_BYTES / 2;
  slot.copyWithin(high, base + half, size);
  slot.fill(0, base + half, high);
  slot.fill(0, high + half, base + BLOCK_BYTES);
}

/** The inverse of `spreadTail`. */
export function gatherTail(slot: Uint8Array, size: number): void {
  const base = size - (size % BLOCK_BYTES);
  const half = (size - base) / 2;
  const high = base + BLOCK_BYTES / 2;
  slot.copyWithin(base + half, high, high + half);
}
