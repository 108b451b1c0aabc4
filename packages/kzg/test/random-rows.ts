/** Seeded rows and blobs for the tests. */
import { FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import type { Random } from '@barycenter/testing';

/** A row of `count` random field elements. */
export function randomRow(random: Random, count: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(32 * count);
  for (let i = 0; i < count; i++) out.set(scalarToBytes(random.bigint(FIELD_MODULUS)), 32 * i);
  return out;
}

/** The row as a blob: zeros appended. */
export function padToBlob(row: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(131_072);
  out.set(row);
  return out;
}

/** `count` random scalars. */
export function randomScalars(random: Random, count: number): bigint[] {
  return Array.from({ length: count }, () => random.bigint(FIELD_MODULUS));
}

/** `count` distinct indices below `bound`, ascending. */
export function randomIndices(random: Random, count: number, bound: number): number[] {
  const all = Array.from({ length: bound }, (_, i) => i);
  return random
    .shuffle(all)
    .slice(0, count)
    .sort((a, b) => a - b);
}
