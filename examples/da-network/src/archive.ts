/**
 * The archive: a certified payload as 10 data and 4 parity shards (Reed-Solomon over GF(2^8)), one
 * per storage node, under one Merkle root that the chain records.
 *
 * The payload goes through `encodeStream` in stripes of 640 KiB, each 10 + 4 shards of 64 KiB (the last
 * one shorter); a node's shard is its pieces of all stripes, one after the other. The code works on
 * each byte position alone, so whole shards are a codeword too and stand under one root. Any 10 that
 * pass the Merkle check give the payload back through `decodeStream`. The root only ties the shards to
 * each other: a reader still checks the payload against the blob's header (read-archive.ts), so whoever
 * wrote a wrong root costs the archive its use and nobody a wrong byte.
 *
 * A stored shard is `count u8 | proof 32 x count | shard`.
 */
import {
  type CheckedShard,
  commitShards,
  createErasure,
  decodeStream,
  type Erasure,
  encodeStream,
  type Stripe,
  stripeShardBytes,
} from '@barycenter/erasure';
import { NetworkError } from './errors.ts';

/** k and m of the archive. */
export const DATA_SHARDS = 10;
export const PARITY_SHARDS = 4;
/** Storage nodes: one shard each. */
export const SHARD_COUNT: number = DATA_SHARDS + PARITY_SHARDS;

/** What the chain records of an archived payload. */
export interface ArchiveRecord {
  /** Merkle root over the 14 shards. */
  readonly root: Uint8Array;
  /** Bytes of the payload, which fix the shard size. */
  readonly byteLength: number;
}

/** One shard with its Merkle proof. */
export interface Shard {
  readonly shard: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

const PROOF_NODE_BYTES = 32;
const CODEC = 'gf8-vandermonde';
/** Bytes of a node's piece of each stripe but the last. */
const PIECE_BYTES = 2 ** 16;
const STRIPE_BYTES = DATA_SHARDS * PIECE_BYTES;

/** Bytes of every shard of a payload. */
export function shardSize(byteLength: number): number {
  return stripesOf(byteLength).reduce((sum, { pieceBytes }) => sum + pieceBytes, 0);
}

/** Cuts, codes and commits a payload of at least one byte. Cost: 4 x the payload in GF products. */
export async function shardPayload(
  payload: Uint8Array,
): Promise<{ record: ArchiveRecord; shards: Shard[] }> {
  const size = shardSize(payload.length);
  const all = Array.from({ length: SHARD_COUNT }, () => new Uint8Array(size));
  const stripes = streamOf([payload]).pipeThrough(
    encodeStream(await coder(), { shardBytes: PIECE_BYTES, buffers: 1 }),
  );
  for await (const { index, shards } of stripes as unknown as AsyncIterable<Stripe>) {
    for (const [node, piece] of shards.entries()) all[node]!.set(piece, index * PIECE_BYTES);
  }
  const { root, proofs } = commitShards(all);
  return {
    record: { root, byteLength: payload.length },
    shards: all.map((shard, i) => ({ shard, proof: proofs[i]! })),
  };
}

/**
 * The payload of at least 10 checked shards. Rejects with `ErasureError` `too_few_shards`, or
 * `not_a_codeword` if the archive was written wrongly.
 */
export async function joinShards(
  shards: readonly CheckedShard[],
  byteLength: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = (await coder(shardSize(byteLength))).reconstructChecked(shards);
  const stripes = stripesOf(byteLength).map(({ pieceBytes, ...stripe }) => {
    const start = stripe.index * PIECE_BYTES;
    return { ...stripe, shards: whole.map((shard) => shard.subarray(start, start + pieceBytes)) };
  });
  const bytes = streamOf(stripes).pipeThrough(decodeStream(await coder(), { byteLength }));
  const payload = new Uint8Array(byteLength);
  let filled = 0;
  for await (const chunk of bytes as unknown as AsyncIterable<Uint8Array>) {
    payload.set(chunk, filled);
    filled += chunk.length;
  }
  return payload;
}

/** A shard as it is stored and sent. */
export function encodeShard({ shard, proof }: Shard): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + proof.length * PROOF_NODE_BYTES + shard.length);
  bytes[0] = proof.length;
  proof.forEach((node, i) => {
    bytes.set(node, 1 + i * PROOF_NODE_BYTES);
  });
  bytes.set(shard, 1 + proof.length * PROOF_NODE_BYTES);
  return bytes;
}

/** Reads a stored shard; throws `NetworkError` 'message_refused' if it is cut short. */
export function decodeShard(bytes: Uint8Array): Shard {
  const start = 1 + (bytes[0] ?? 0) * PROOF_NODE_BYTES;
  if (bytes.length <= start) {
    throw new NetworkError('message_refused', `a shard of ${bytes.length} bytes is cut short`);
  }
  const proof: Uint8Array[] = [];
  for (let at = 1; at < start; at += PROOF_NODE_BYTES) {
    proof.push(bytes.slice(at, at + PROOF_NODE_BYTES));
  }
  return { shard: bytes.slice(start), proof };
}

/** How a payload is cut: the bytes of each stripe and of each of its pieces. */
function stripesOf(
  byteLength: number,
): { readonly index: number; readonly byteLength: number; readonly pieceBytes: number }[] {
  return Array.from({ length: Math.ceil(byteLength / STRIPE_BYTES) }, (_, index) => {
    const bytes = Math.min(STRIPE_BYTES, byteLength - index * STRIPE_BYTES);
    const pieceBytes = stripeShardBytes(bytes, { codec: CODEC, dataShards: DATA_SHARDS });
    return { index, byteLength: bytes, pieceBytes };
  });
}

function streamOf<Item>(items: readonly Item[]): ReadableStream<Item> {
  return new ReadableStream<Item>({
    start(controller) {
      for (const item of items) controller.enqueue(item);
      controller.close();
    },
  });
}

function coder(shardBytes?: number): Promise<Erasure> {
  return createErasure({
    codec: CODEC,
    dataShards: DATA_SHARDS,
    parityShards: PARITY_SHARDS,
    shardBytes,
  });
}
