/**
 * The archive: a certified payload as 10 data and 4 parity shards (Reed-Solomon over GF(2^8)), one
 * per storage node, under one Merkle root that the chain records.
 *
 * The payload is cut into 10 shards of ceil(bytes / 10) bytes, the last ones padded with zeros. Any
 * 10 shards that pass the Merkle check give it back. The root only ties the shards to each other: a
 * reader still checks the payload against the blob's header (read-archive.ts), so whoever wrote a
 * wrong root costs the archive its use and nobody a wrong byte.
 *
 * A stored shard is `count u8 | proof 32 x count | shard`.
 */
import {
  type CheckedShard,
  commitShards,
  createErasureSync,
  type Erasure,
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

/** Bytes of every shard of a payload. */
export function shardSize(byteLength: number): number {
  return Math.ceil(byteLength / DATA_SHARDS);
}

/** Cuts, codes and commits a payload of at least one byte. Cost: 4 x the payload in GF products. */
export function shardPayload(payload: Uint8Array): { record: ArchiveRecord; shards: Shard[] } {
  const size = shardSize(payload.length);
  const data = Array.from({ length: DATA_SHARDS }, (_, i) => {
    const shard = new Uint8Array(size);
    shard.set(payload.subarray(Math.min(i * size, payload.length), (i + 1) * size));
    return shard;
  });
  const all = [...data, ...coder().encode(data)];
  const { root, proofs } = commitShards(all);
  return {
    record: { root, byteLength: payload.length },
    shards: all.map((shard, i) => ({ shard, proof: proofs[i]! })),
  };
}

/**
 * The payload of at least 10 checked shards. Throws `ErasureError` `too_few_shards`, or
 * `not_a_codeword` if the archive was written wrongly.
 */
export function joinShards(
  shards: readonly CheckedShard[],
  byteLength: number,
): Uint8Array<ArrayBuffer> {
  const all = coder(shardSize(byteLength)).reconstructChecked(shards);
  const payload = new Uint8Array(DATA_SHARDS * shardSize(byteLength));
  all.slice(0, DATA_SHARDS).forEach((shard, i) => {
    payload.set(shard, i * shard.length);
  });
  return payload.slice(0, byteLength);
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

function coder(shardBytes?: number): Erasure {
  return createErasureSync({
    codec: 'gf8-vandermonde',
    dataShards: DATA_SHARDS,
    parityShards: PARITY_SHARDS,
    shardBytes,
  });
}
