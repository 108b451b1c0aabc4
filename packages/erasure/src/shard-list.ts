/** Checks of shard lists given by the caller: byte arrays, all of one length, at least one byte. */
import { isBytes } from '@noble/hashes/utils.js';

/**
 * Refuses a list that is not of equally long, non-empty byte arrays: `TypeError` for an entry that is
 * no `Uint8Array`, `RangeError` for a length; both name the position. Returns the common length.
 */
export function requireEqualLengths(
  shards: readonly Uint8Array[],
  name: string,
  shardBytes?: number,
): number {
  let expected = shardBytes;
  for (let i = 0; i < shards.length; i++) {
    const shard: unknown = shards[i];
    if (!isBytes(shard)) throw new TypeError(`${name}[${i}]: expected a Uint8Array`);
    if (shard.length === 0) throw new RangeError(`${name}[${i}]: expected at least 1 byte, got 0`);
    expected ??= shard.length;
    if (shard.length !== expected) {
      throw new RangeError(`${name}[${i}]: expected ${expected} bytes, got ${shard.length}`);
    }
  }
  return expected ?? 0;
}

/** Refuses a shard length that is no integer from 1: `TypeError`, `RangeError`. */
export function requireShardBytes(shardBytes: unknown): void {
  if (typeof shardBytes !== 'number') throw new TypeError('shardBytes: expected a number');
  if (!Number.isSafeInteger(shardBytes) || shardBytes < 1) {
    throw new RangeError(`shardBytes: expected an integer >= 1, got ${shardBytes}`);
  }
}
