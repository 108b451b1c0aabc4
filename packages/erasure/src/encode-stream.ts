/** Bytes into stripes of shards (see `stripe.ts`), with bounded memory. */
import { isBytes } from '@noble/hashes/utils.js';
import { BlockRing } from './block-ring.ts';
import { requireShardBytes } from './coder.ts';
import { type StreamPair, streamPair } from './stream-pair.ts';
import {
  type CoderShape,
  defaultShardBytes,
  type Stripe,
  shardViews,
  stripeShardBytes,
} from './stripe.ts';

/** What encodes: a coder, or a pool of workers. */
export interface StripeEncoder extends CoderShape {
  /** Threads that encode at the same time; 1 if absent. */
  readonly workers?: number;
  /** Writes the parity into `into`, at once or later. */
  encode(data: readonly Uint8Array[], into: readonly Uint8Array[]): unknown;
}

/** What `encodeStream` takes besides the coder. */
export interface EncodeStreamOptions {
  /** Bytes per shard of a full stripe, even for codes over GF(2^16); about 1 MiB of data if absent. */
  readonly shardBytes?: number | undefined;
  /**
   * Reuses memory: a stripe is overwritten once this many further ones have been asked for. If absent,
   * each stripe has memory of its own, which is slower and leaves the freeing to the runtime.
   */
  readonly buffers?: number | undefined;
  /** Ends both ends with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Two ends: bytes in chunks of any size go in, stripes come out. At most one stripe per worker and one
 * more is held, whatever the chunks and however slow the reader.
 *
 * Throws `TypeError` or `RangeError` for `shardBytes` and `buffers`. A chunk that is no `Uint8Array`
 * ends both ends with a `TypeError`.
 * @example
 * for await (const { index, shards } of file.stream().pipeThrough(encodeStream(coder))) {
 *   await Promise.all(shards.map((shard, node) => store(node, index, shard)));
 * }
 */
export function encodeStream(
  coder: StripeEncoder,
  options: EncodeStreamOptions = {},
): StreamPair<Stripe, Uint8Array> {
  const { codec, dataShards, parityShards } = coder;
  const { shardBytes = defaultShardBytes(dataShards), buffers, signal } = options;
  requireShardBytes(shardBytes);
  const fullBytes = dataShards * shardBytes;
  if (stripeShardBytes(fullBytes, coder) !== shardBytes) {
    throw new RangeError(`shardBytes: expected an even number for ${codec}, got ${shardBytes}`);
  }
  const stripes = new StripeQueue(coder);
  const ring = new BlockRing(buffers, 1 + (coder.workers ?? 0));
  let block = new Uint8Array(0);
  let filled = 0;
  return streamPair<Uint8Array, Stripe>(
    {
      async *write(chunk) {
        if (!isBytes(chunk)) throw new TypeError('chunk: expected a Uint8Array');
        for (let at = 0; at < chunk.length; ) {
          if (filled === 0) block = ring.take((dataShards + parityShards) * shardBytes);
          const part = chunk.subarray(at, at + fullBytes - filled);
          block.set(part, filled);
          filled += part.length;
          at += part.length;
          if (filled < fullBytes) return;
          filled = 0;
          stripes.add(block, fullBytes);
          while (stripes.isFull) yield await stripes.next();
        }
      },
      async *close() {
        if (filled > 0) stripes.add(block.fill(0, filled), filled);
        while (!stripes.isEmpty) yield await stripes.next();
      },
    },
    signal,
  );
}

/** Stripes that are being encoded, in order; as many as there are workers. */
class StripeQueue {
  readonly #coder: StripeEncoder;
  readonly #pending: Promise<Stripe>[] = [];
  #count = 0;

  constructor(coder: StripeEncoder) {
    this.#coder = coder;
  }

  get isFull(): boolean {
    return this.#pending.length > (this.#coder.workers ?? 0);
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Encodes the first `byteLength` bytes of a block. */
  add(block: Uint8Array<ArrayBuffer>, byteLength: number): void {
    const stripe = encodeStripe(this.#coder, { block, byteLength, index: this.#count++ });
    // The failure of a stripe that nobody comes to read ends with the stream.
    stripe.catch(() => undefined);
    this.#pending.push(stripe);
  }

  async next(): Promise<Stripe> {
    return this.#pending.shift()!;
  }
}

async function encodeStripe(
  coder: StripeEncoder,
  stripe: {
    readonly block: Uint8Array<ArrayBuffer>;
    readonly byteLength: number;
    readonly index: number;
  },
): Promise<Stripe> {
  const { block, byteLength, index } = stripe;
  const { dataShards, parityShards } = coder;
  const size = stripeShardBytes(byteLength, coder);
  const shards = shardViews(block, { count: dataShards + parityShards, size });
  await coder.encode(shards.slice(0, dataShards), shards.slice(dataShards));
  return { index, byteLength, shards };
}
