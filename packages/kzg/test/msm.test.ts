import { FIELD_MODULUS } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect, test } from 'vitest';
import { INFINITY, negate, type Point, toNoble } from '../src/js/g1.ts';
import { multiplyAndSum, multiplyAndSumEach } from '../src/js/msm.ts';
import { randomScalars } from './random-rows.ts';
import { naiveSum } from './reference/curve.ts';

const SEED = 0x4215;
const { BASE } = bls12_381.G1.Point;

const random = seededRandom(SEED);
const points: Point[] = randomScalars(random, 70).map((s) => BASE.multiplyUnsafe(s).toAffine());

/** Scalars around every boundary of the splitting and recoding. */
const LAMBDA = 0xd201000000010000n ** 2n - 1n;
const EDGES = [
  0n,
  1n,
  2n,
  FIELD_MODULUS - 1n,
  FIELD_MODULUS - 2n,
  LAMBDA - 1n,
  LAMBDA,
  LAMBDA + 1n,
  LAMBDA * LAMBDA,
  2n ** 127n,
  2n ** 128n - 1n,
  2n ** 254n,
];

const expectSame = (actual: Point, used: readonly Point[], scalars: readonly bigint[]): void => {
  expect(toNoble(actual).equals(naiveSum(used.map(toNoble), scalars))).toBe(true);
};

test.each([0, 1, 2, 5, 17, 70])(`sums of %i random terms are the naive sum (seed ${SEED})`, (n) => {
  const scalars = randomScalars(random, n);
  expectSame(multiplyAndSum(points.slice(0, n), scalars), points.slice(0, n), scalars);
});

test('every edge scalar, alone and together, gives the naive sum', () => {
  for (const scalar of EDGES) {
    expectSame(multiplyAndSum([points[0]!], [scalar]), [points[0]!], [scalar]);
  }
  const used = points.slice(0, EDGES.length);
  expectSame(multiplyAndSum(used, EDGES), used, EDGES);
});

test('equal, opposite and infinite points and zero scalars are added correctly', () => {
  const [p, q] = points as [Point, Point];
  const used = [p, p, negate(p), p, INFINITY, q, negate(q), q, q];
  const scalars = [5n, 5n, 5n, 9n, 7n, 3n, 3n, 0n, FIELD_MODULUS - 1n];
  expectSame(multiplyAndSum(used, scalars), used, scalars);
  expect(multiplyAndSum([p, negate(p)], [8n, 8n])).toEqual(INFINITY);
  expect(multiplyAndSum([p, q], [0n, 0n])).toEqual(INFINITY);
  expect(multiplyAndSum([p, p], [4n, FIELD_MODULUS - 4n])).toEqual(INFINITY);
});

test(`short scalars give the naive sum (seed ${SEED})`, () => {
  const scalars = points.map(() => BigInt(random.integer(300)));
  expectSame(multiplyAndSum(points, scalars), points, scalars);
});

test.each([3, 15])(`%i sums computed together are each the naive sum (seed ${SEED})`, (chains) => {
  // 15 sums use the lockstep chains, 3 the projective ones; sizes differ, one is empty
  const sums = Array.from({ length: chains }, (_, i) => ({
    points: points.slice(i, i + (i % 4)),
    scalars: randomScalars(random, i % 4),
  }));
  multiplyAndSumEach(sums).forEach((sum, i) => {
    expectSame(sum, sums[i]!.points, sums[i]!.scalars);
  });
  expect(multiplyAndSumEach([])).toEqual([]);
});
