/**
 * A stream of bytes as a sequence of stripes, each a codeword of its own, so that neither side ever
 * holds more than a few of them.
 *
 * Every stripe but the last carries `dataShards * shardBytes` bytes, the last one the rest (at least
 * 1). A stripe of n bytes has data shards of s = ceil(n / k) bytes, in the codes over GF(2^16) made
 * even; shard i holds bytes i s .. (i+1) s - 1, and zeros fill what is left of the last shards. An
 * empty stream has no stripe.
 */
import type { Codec } from './engine.ts';
import { BLOCK_BYTES, parityShardBytes } from './layout.ts';

/** One stripe as it is made: all k+m shards. */
export interface Stripe {
  /** Its place in the stream, from 0. */
  readonly index: number;
  /** Bytes of the stream that it carries, 1..k * shardBytes. */
  readonly byteLength: number;
  /** Data shards, then parity shards. */
  readonly shards: readonly Uint8Array<ArrayBuffer>[];
}

/** One stripe as it is read: `null` stands for a shard that is missing. */
export interface PartialStripe {
  readonly index: number;
  readonly byteLength: number;
  readonly shards: readonly (Uint8Array | null | undefined)[];
}

/** Codec and shape of a coder. */
export interface CoderShape {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
}

/** Bytes of the data of one stripe, if the caller does not say. */
const DEFAULT_STRIPE_BYTES = 2 ** 20;
/** Default shards are as long as this allows, and a multiple of a block. */
const MAX_DEFAULT_SHARD_BYTES = 2 ** 16;

/**
 * Bytes of each shard of a stripe that carries `byteLength` bytes.
 * @example
 * stripeShardBytes(1001, { codec: 'leopard-ff16', dataShards: 10 }); // 102
 */
export function stripeShardBytes(
  byteLength: number,
  { codec, dataShards }: { readonly codec: Codec; readonly dataShards: number },
): number {
  return parityShardBytes(codec, Math.ceil(byteLength / dataShards));
}

/** The shard length of full stripes where none is asked for: about 1 MiB of data per stripe. */
export function defaultShardBytes(dataShards: number): number {
  const fitting = Math.floor(DEFAULT_STRIPE_BYTES / dataShards / BLOCK_BYTES) * BLOCK_BYTES;
  return Math.max(BLOCK_BYTES, Math.min(MAX_DEFAULT_SHARD_BYTES, fitting));
}

/** `count` views of `size` bytes each, one after the other. */
export function shardViews(
  block: Uint8Array<ArrayBuffer>,
  { count, size }: { readonly count: number; readonly size: number },
): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, (_, i) => block.subarray(i * size, (i + 1) * size));
}
