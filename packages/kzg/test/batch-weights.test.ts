import { BYTES_PER_BLOB, createKzg } from '@barycenter/kzg';
import { expect, test } from 'vitest';
import { drawWeights, systemRandom } from '../src/batch-weights.ts';

test('the first weight is 1, the others are the bytes drawn, big-endian', () => {
  const counting = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i + 1);
  expect(drawWeights(3, counting)).toEqual([
    1n,
    0x0102030405060708090a0b0c0d0e0f10n,
    0x1112131415161718191a1b1c1d1e1f20n,
  ]);
  expect(drawWeights(1, counting)).toEqual([1n]);
  expect(drawWeights(0, counting)).toEqual([]);
});

test('too few bytes, other values and a weight of zero are refused', async () => {
  expect(() => drawWeights(2, () => new Uint8Array(15).fill(1))).toThrow(TypeError);
  expect(() => drawWeights(2, () => 'x' as unknown as Uint8Array)).toThrow(TypeError);
  const half = (size: number): Uint8Array => new Uint8Array(size).fill(1, 0, 16);
  expect(drawWeights(2, half)).toHaveLength(2);
  expect(() => drawWeights(3, half)).toThrow(RangeError);
  const broken = await createKzg({ random: (size) => new Uint8Array(size) });
  const blob = new Uint8Array(BYTES_PER_BLOB);
  const infinity = new Uint8Array(48).fill(0xc0, 0, 1);
  const pair = [infinity, infinity];
  expect(() => broken.verifyBlobKzgProofBatch([blob, blob], pair, pair)).toThrow(RangeError);
});

test('more bytes are drawn than the runtime gives in one call', () => {
  const bytes = systemRandom(150_000);
  for (let at = 0; at < bytes.length; at += 10_000) {
    expect(bytes.subarray(at, at + 10_000).some((byte) => byte !== 0)).toBe(true);
  }
});
