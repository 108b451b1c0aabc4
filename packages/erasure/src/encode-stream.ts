/** Bytes into stripes of shards (see `stripe.ts`), with bounded memory. */
import { isBytes } from '@noble/hashes/utils.js';
import type { Codec } from './codec.ts';
import { requireShardBytes } from './shard-list.ts';
import { type StreamPair, streamPair } from './stream-pair.ts';
import { defaultShardBytes, isWide, type Stripe, stripeShardBytes } from './stripe.ts';

/** What encodes: a coder, or a pool of workers. */
export interface StripeEncoder {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  /** Threads that encode at the same time; 1 if absent. */
  readonly workers?: number;
  encode(
    data: readonly Uint8Array[],
  ): readonly Uint8Array<ArrayBuffer>[] | Promise<readonly Uint8Array<ArrayBuffer>[]>;
}

/** What `encodeStream` takes besides the coder. */
export interface EncodeStreamOptions {
  /** Bytes per shard of a full stripe, even for codes over GF(2^16); about 1 MiB of data if absent. */
  readonly shardBytes?: number | undefined;
  /** Ends both ends with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Two ends: bytes in chunks of any size go in, stripes come out. At most one stripe per worker and one
 * more is held, whatever the chunks and however slow the reader, to whom the stripes then belong.
 *
 * Throws `TypeError` or `RangeError` for `shardBytes`. A chunk that is no `Uint8Array` ends both ends
 * with a `TypeError`.
 * @example
 * for await (const { index, shards } of file.stream().pipeThrough(encodeStream(coder))) {
 *   await Promise.all(shards.map((shard, node) => store(node, index, shard)));
 * }
 */
export function encodeStream(
  coder: StripeEncoder,
  { shardBytes = defaultShardBytes(coder.dataShards), signal }: EncodeStreamOptions = {},
): StreamPair<Stripe, Uint8Array> {
  requireShardBytes(shardBytes);
  if (isWide(coder.codec) && shardBytes % 2 !== 0) {
    throw new RangeError(`shardBytes: expected an even number for ${coder.codec}`);
  }
  const stripes = new StripeQueue(coder);
  const fullBytes = coder.dataShards * shardBytes;
  let data = new Uint8Array(0);
  let filled = 0;
  return streamPair<Uint8Array, Stripe>(
    {
      async *write(chunk) {
        if (!isBytes(chunk)) throw new TypeError('chunk: expected a Uint8Array');
        for (let at = 0; at < chunk.length; ) {
          if (filled === 0) data = new Uint8Array(fullBytes);
          const part = chunk.subarray(at, at + fullBytes - filled);
          data.set(part, filled);
          filled += part.length;
          at += part.length;
          if (filled < fullBytes) return;
          filled = 0;
          stripes.add(data, fullBytes);
          while (stripes.isFull) yield await stripes.next();
        }
      },
      async *close() {
        if (filled > 0) stripes.add(data, filled);
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

  /** Encodes the first `byteLength` bytes of zero-filled `data`. */
  add(data: Uint8Array<ArrayBuffer>, byteLength: number): void {
    const stripe = encodeStripe(this.#coder, { data, byteLength, index: this.#count++ });
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
  { data, byteLength, index }: { data: Uint8Array<ArrayBuffer>; byteLength: number; index: number },
): Promise<Stripe> {
  const size = stripeShardBytes(byteLength, coder);
  const shards = Array.from({ length: coder.dataShards }, (_, i) =>
    data.subarray(i * size, (i + 1) * size),
  );
  return { index, byteLength, shards: [...shards, ...(await coder.encode(shards))] };
}
