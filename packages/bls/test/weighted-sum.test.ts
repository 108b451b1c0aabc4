import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect, test } from 'vitest';
import { weightedSum, weightsFrom } from '../src/weighted-sum.ts';

const { BASE, ZERO } = bls12_381.G1.Point;

test('the bucket sum equals the sum of single multiples, at every size where the window changes', () => {
  const random = seededRandom(0x5a);
  for (const count of [0, 1, 2, 3, 8, 31, 32, 64, 130]) {
    const scalars = Array.from({ length: count }, () => random.bigint(2n ** 64n) + 1n);
    const points = scalars.map((scalar) => BASE.multiplyUnsafe(scalar));
    const weights = weightsFrom(random.bytes(16 * count), count);
    if (count > 1) weights[1] = 2n ** 128n - 1n;
    if (count > 2) weights[2] = 1n;
    const expected = scalars.reduce((sum, scalar, i) => sum + scalar * weights[i]!, 0n);
    const order = bls12_381.fields.Fr.ORDER;
    const sum = weightedSum(ZERO, points, weights);
    const note = `seed ${random.seed}, ${count} points`;
    expect(sum.equals(BASE.multiplyUnsafe(expected % order)), note).toBe(true);
  }
});

test('weights are 16 big-endian bytes each', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => (i === 15 ? 1 : i === 16 ? 0x80 : 0));
  expect(weightsFrom(bytes, 2)).toEqual([1n, 2n ** 127n]);
});
