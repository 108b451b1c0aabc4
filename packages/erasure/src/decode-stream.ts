/** Stripes with missing shards (see `stripe.ts`) back into bytes, with bounded memory. */
import { BlockRing } from './block-ring.ts';
import { ErasureError } from './errors.ts';
import { readList } from './shard-list.ts';
import { type StreamPair, streamPair } from './stream-pair.ts';
import { type CoderShape, type PartialStripe, shardViews, stripeShardBytes } from './stripe.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What decodes: a coder, or a pool of workers. */
export interface StripeDecoder extends CoderShape {
  /** Writes the shards `want` into `into`, at once or later. */
  reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
    options: { readonly want: readonly number[]; readonly into: readonly Uint8Array[] },
  ): unknown;
}

/** What `decodeStream` takes besides the coder. */
export interface DecodeStreamOptions {
  /** Bytes that all stripes together carry; if given, fewer or more are refused. */
  readonly byteLength?: number | undefined;
  /**
   * Reuses memory: a chunk is overwritten once this many further ones have been asked for. If absent,
   * each chunk has memory of its own, which is slower and leaves the freeing to the runtime.
   */
  readonly buffers?: number | undefined;
  /** Ends both ends with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Two ends: stripes in order, each with at least k of its shards, go in; the bytes come out, one chunk
 * per stripe. Shards are believed, as by `reconstruct`: check those of others first.
 *
 * `ErasureError` ends both ends: `stripe_order` (a stripe is missing, or comes twice), `shard_length`
 * (a shard does not fit `byteLength` of its stripe), `too_few_shards`, `stream_length` (not
 * `byteLength` bytes: the stream ends too early or goes on). Throws `RangeError` for `byteLength` and
 * `buffers`.
 * @example
 * const bytes = stripes.pipeThrough(decodeStream(coder, { byteLength: file.size }));
 */
export function decodeStream(
  coder: StripeDecoder,
  { byteLength, buffers, signal }: DecodeStreamOptions = {},
): StreamPair<Bytes, PartialStripe> {
  if (byteLength !== undefined && !(Number.isSafeInteger(byteLength) && byteLength >= 0)) {
    throw new RangeError(`byteLength: expected an integer >= 0, got ${byteLength}`);
  }
  const ring = new BlockRing(buffers, 1);
  let count = 0;
  let bytes = 0;
  const refuseLength = (): never => {
    const message = `the stream has ${bytes} bytes, expected ${byteLength}`;
    throw new ErasureError('stream_length', message);
  };
  return streamPair<PartialStripe, Bytes>(
    {
      async *write(stripe) {
        if (stripe.index !== count) {
          throw new ErasureError('stripe_order', `stripe ${stripe.index}: expected ${count}`);
        }
        const size = requireFit(stripe, coder);
        count++;
        bytes += stripe.byteLength;
        if (byteLength !== undefined && bytes > byteLength) refuseLength();
        const block = ring.take(coder.dataShards * size);
        await decodeStripe(stripe.shards, { coder, block, size });
        yield block.subarray(0, stripe.byteLength);
      },
      // biome-ignore lint/correctness/useYield: nothing is left to give, but the length is checked.
      async *close() {
        if (byteLength !== undefined && bytes < byteLength) refuseLength();
      },
    },
    signal,
  );
}

/** The shard length of a stripe, which has at least k shards of it and none of another. */
function requireFit({ index, byteLength, shards }: PartialStripe, coder: StripeDecoder): number {
  const { dataShards, parityShards } = coder;
  readList(shards, { name: `stripe ${index}`, count: dataShards + parityShards });
  if (!Number.isSafeInteger(byteLength) || byteLength < 1) {
    throw new ErasureError('shard_length', `stripe ${index}: ${byteLength} bytes`);
  }
  const size = stripeShardBytes(byteLength, coder);
  const wrong = shards.findIndex((shard) => shard && shard.length !== size);
  if (wrong >= 0) {
    const got = `${shards[wrong]!.length} bytes, expected ${size}`;
    throw new ErasureError('shard_length', `stripe ${index}, shard ${wrong}: ${got}`, wrong);
  }
  const have = shards.filter(Boolean).length;
  if (have < dataShards) {
    const message = `stripe ${index}: have ${have} shards, need ${dataShards}`;
    throw new ErasureError('too_few_shards', message);
  }
  return size;
}

/** Fills a block with the data shards: copies of those that are there, and the others. */
async function decodeStripe(
  shards: PartialStripe['shards'],
  {
    coder,
    block,
    size,
  }: { readonly coder: StripeDecoder; readonly block: Bytes; readonly size: number },
): Promise<void> {
  const targets = shardViews(block, { count: coder.dataShards, size });
  const want: number[] = [];
  for (const [i, target] of targets.entries()) {
    const shard = shards[i];
    if (shard) target.set(shard);
    else want.push(i);
  }
  if (want.length === 0) return;
  await coder.reconstruct(shards, { want, into: want.map((i) => targets[i]!) });
}
