/** Stripes with missing shards (see `stripe.ts`) back into bytes, with bounded memory. */
import type { Codec } from './codec.ts';
import { ErasureError } from './errors.ts';
import { type StreamPair, streamPair } from './stream-pair.ts';
import { type PartialStripe, stripeShardBytes } from './stripe.ts';

/** What decodes: a coder, or a pool of workers. */
export interface StripeDecoder {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
  ): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
}

/** What `decodeStream` takes besides the coder. */
export interface DecodeStreamOptions {
  /** Bytes that all stripes together carry; if given, fewer or more are refused. */
  readonly byteLength?: number | undefined;
  /** Ends both ends with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Two ends: stripes in order, each with at least k of its shards, go in; the bytes come out, one chunk
 * per stripe. Shards are believed, as by `reconstruct`: check those of others first.
 *
 * `ErasureError` ends both ends: `stripe_order` (a stripe is missing, or comes twice), `shard_length`
 * (a shard does not fit `byteLength` of its stripe), `too_few_shards`, `stream_length` (not
 * `byteLength` bytes: the stream ends too early or goes on). Throws `RangeError` for `byteLength`.
 * @example
 * const bytes = stripes.pipeThrough(decodeStream(coder, { byteLength: file.size }));
 */
export function decodeStream(
  coder: StripeDecoder,
  { byteLength, signal }: DecodeStreamOptions = {},
): StreamPair<Uint8Array<ArrayBuffer>, PartialStripe> {
  if (byteLength !== undefined && !(Number.isSafeInteger(byteLength) && byteLength >= 0)) {
    throw new RangeError(`byteLength: expected an integer >= 0, got ${byteLength}`);
  }
  let count = 0;
  let bytes = 0;
  const refuse = (): never => {
    const message = `the stream has ${bytes} bytes, expected ${byteLength}`;
    throw new ErasureError('stream_length', message);
  };
  return streamPair<PartialStripe, Uint8Array<ArrayBuffer>>(
    {
      async *write(stripe) {
        if (stripe.index !== count) {
          const message = `stripe ${stripe.index}: expected stripe ${count}`;
          throw new ErasureError('stripe_order', message);
        }
        requireFit(stripe, coder);
        count++;
        bytes += stripe.byteLength;
        if (byteLength !== undefined && bytes > byteLength) refuse();
        yield await decodeStripe(stripe, coder);
      },
      // biome-ignore lint/correctness/useYield: nothing is left to give, but the length is checked.
      async *close() {
        if (byteLength !== undefined && bytes < byteLength) refuse();
      },
    },
    signal,
  );
}

/** Refuses a stripe whose shards are not as long as its bytes ask for. */
function requireFit({ index, byteLength, shards }: PartialStripe, coder: StripeDecoder): void {
  if (!Number.isSafeInteger(byteLength) || byteLength < 1) {
    throw new ErasureError('shard_length', `stripe ${index}: ${byteLength} bytes`);
  }
  const size = stripeShardBytes(byteLength, coder);
  const wrong = shards.findIndex((shard) => shard && shard.length !== size);
  if (wrong < 0) return;
  const message = `stripe ${index}, shard ${wrong}: ${shards[wrong]!.length} bytes, expected ${size}`;
  throw new ErasureError('shard_length', message, wrong);
}

async function decodeStripe(
  { byteLength, shards }: PartialStripe,
  coder: StripeDecoder,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = stripeShardBytes(byteLength, coder);
  const data = shards.slice(0, coder.dataShards);
  const isWhole = shards.length === coder.dataShards + coder.parityShards && data.every(Boolean);
  const found = isWhole ? (data as Uint8Array[]) : await coder.reconstruct(shards);
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i * size < byteLength; i++) {
    bytes.set(found[i]!.subarray(0, byteLength - i * size), i * size);
  }
  return bytes;
}
