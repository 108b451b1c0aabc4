/** Random shards and codewords for tests. */
import type { seededRandom } from '@barycenter/testing';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Erasure } from '../src/index.ts';

export type Random = ReturnType<typeof seededRandom>;

export const shardsOf = (random: Random, count: number, size: number): Uint8Array[] =>
  Array.from({ length: count }, () => random.bytes(size));

export const range = (start: number, end: number): number[] =>
  Array.from({ length: end - start }, (_, i) => start + i);

/** All shards of random data. */
export function codewordOf(coder: Erasure, random: Random, size: number): Uint8Array[] {
  const data = shardsOf(random, coder.dataShards, size);
  return [...data, ...coder.encode(data)];
}

/** The codeword without some shards. */
export const without = (
  all: readonly Uint8Array[],
  lost: { includes(index: number): boolean },
): (Uint8Array | null)[] => all.map((shard, i) => (lost.includes(i) ? null : shard));

export const sameShards = (left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean =>
  left.length === right.length &&
  left.every((shard, i) => bytesToHex(shard) === bytesToHex(right[i]!));
