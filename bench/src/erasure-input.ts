/** What the rows of the erasure codes compute: one shape, data that programs in any language make, and digests. */
import { crc32 } from 'node:zlib';

/** k data and m parity shards of `bytes` each; decoding has lost the first `lost` data shards. */
export interface ErasureShape {
  readonly k: number;
  readonly m: number;
  readonly bytes: number;
  readonly lost: number;
}

/** The data shards of a shape, as views of one array (bench/peers/README.md). */
export function dataShards({ k, bytes }: ErasureShape): Uint8Array<ArrayBuffer>[] {
  const all = new Uint8Array(k * bytes);
  return Array.from({ length: k }, (_, i) => {
    const shard = all.subarray(i * bytes, (i + 1) * bytes);
    for (let j = 0; j < bytes; j++) shard[j] = (7 * i + 13 * j + (j >> 8)) * 29 + (i >> 8);
    return shard;
  });
}

/** CRC-32 of shards one after the other. */
export function digest(shards: readonly Uint8Array[]): number {
  return shards.reduce((sum, shard) => crc32(shard, sum), 0);
}

/** Throws if shards are not those of the digest. */
export function requireDigest(name: string, shards: readonly Uint8Array[], expected: number): void {
  const got = digest(shards);
  if (got !== expected) throw new Error(`${name}: digest ${got}, expected ${expected}`);
}
