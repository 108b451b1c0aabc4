/**
 * The shard tree by its recursive definition, one whole message per hash; the oracle for
 * `../commitment.ts`, whose module comment defines the format.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

const hash = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  sha256(concatBytes(utf8ToBytes('barycenter/erasure/shard-tree1'), Uint8Array.of(tag), ...parts));

const bigEndian = (value: number, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);

/** The node over `width` places from `first`; `width` is a power of two. */
export function subtreeSlowly(
  shards: readonly Uint8Array[],
  first: number,
  width: number,
): Uint8Array {
  if (width > 1) {
    const half = width / 2;
    const left = subtreeSlowly(shards, first, half);
    return hash(1, left, subtreeSlowly(shards, first + half, half));
  }
  const shard = shards[first];
  if (shard === undefined) return hash(2);
  return hash(0, bigEndian(first, 4), bigEndian(shard.length, 8), shard);
}

/** The root over all shards. */
export function rootSlowly(shards: readonly Uint8Array[]): Uint8Array {
  let width = 1;
  while (width < shards.length) width *= 2;
  return hash(3, bigEndian(shards.length, 4), subtreeSlowly(shards, 0, width));
}

/** The siblings on the path of shard `index`, lowest first. */
export function proofSlowly(shards: readonly Uint8Array[], index: number): Uint8Array[] {
  const proof: Uint8Array[] = [];
  for (let width = 1; width < shards.length; width *= 2) {
    const own = Math.floor(index / width);
    proof.push(subtreeSlowly(shards, (own ^ 1) * width, width));
  }
  return proof;
}
