import { FIELD_MODULUS } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect, test } from 'vitest';
import { writeAffinePoints } from '../src/js/affine-bytes.ts';
import { createPointSum } from '../src/point-sum.ts';
import { writeScalars } from '../src/scalar.ts';
import { backends } from './every-backend.ts';
import { randomScalars } from './random-rows.ts';
import { naiveSum } from './reference/curve.ts';

const SEED = 0x5a5;

test.each(backends)(`$name sums points as the definition does (seed ${SEED})`, async ({ name }) => {
  const random = seededRandom(SEED);
  const sums = await createPointSum({ backend: name });
  expect(sums.backend).toBe(name);
  for (const count of [1, 2, 40]) {
    const points = randomScalars(random, count).map((s) => bls12_381.G1.Point.BASE.multiply(s));
    const scalars = [...randomScalars(random, count - 1), FIELD_MODULUS - 1n];
    const bytes = writeAffinePoints(points.map((point) => point.toAffine()));
    expect(sums.sum(bytes, writeScalars(scalars))).toEqual(
      Uint8Array.from(naiveSum(points, scalars).toBytes()),
    );
  }
});

test('a backend that cannot run is refused', async () => {
  await expect(createPointSum({ backend: 'wide' })).rejects.toThrow(/wide/);
});
