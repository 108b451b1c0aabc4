import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect, test } from 'vitest';
import { BASE_FIELD_MODULUS } from '../src/base-field.ts';
import { POINT_STATUS } from '../src/engine.ts';
import {
  addEach,
  BETA,
  CURVE_PARAMETER,
  decodePoint,
  encodePoint,
  INFINITY,
  inSubgroupEach,
  isOnCurve,
  negate,
  type Point,
  sumRuns,
  toNoble,
} from '../src/js/g1.ts';
import { FIELD_MODULUS } from '../src/scalar.ts';
import { randomScalars } from './random-rows.ts';
import { COFACTOR, compress, multiple, torsionPoint } from './reference/curve.ts';

const SEED = 0x61;
const Noble = bls12_381.G1.Point;
const THREE = torsionPoint(3n).toAffine();
const ELEVEN = torsionPoint(11n).toAffine();

/** Random points of the subgroup. */
const random = (count: number, seed: number): Point[] =>
  randomScalars(seededRandom(seed), count).map((s) => Noble.BASE.multiplyUnsafe(s).toAffine());

test('the constants satisfy the equations that define them', () => {
  const z = -CURVE_PARAMETER;
  expect(BASE_FIELD_MODULUS).toBe(((z - 1n) ** 2n * (z ** 4n - z ** 2n + 1n)) / 3n + z);
  expect(BASE_FIELD_MODULUS % 4n).toBe(3n);
  expect(COFACTOR).toBe((z - 1n) ** 2n / 3n);
  expect(COFACTOR % 2n).toBe(1n); // no point of order 2, so y = 0 can stand for infinity
  expect((BETA * BETA + BETA + 1n) % BASE_FIELD_MODULUS).toBe(0n);
  const [x, y] = [Noble.BASE.x * BETA, Noble.BASE.y];
  const image = Noble.fromAffine({ x: x % BASE_FIELD_MODULUS, y });
  expect(image.equals(Noble.BASE.multiplyUnsafe(z * z).negate())).toBe(true);
});

test(`sums of pairs agree with noble, exceptional pairs included (seed ${SEED})`, () => {
  const [p, q, s] = random(3, SEED) as [Point, Point, Point];
  const left = [p, p, p, INFINITY, p, INFINITY, THREE, THREE, ELEVEN, s];
  const right = [q, p, negate(p), q, INFINITY, INFINITY, THREE, negate(THREE), p, q];
  const sums = addEach(left, right);
  sums.forEach((sum, i) => {
    expect(toNoble(sum).equals(toNoble(left[i]!).add(toNoble(right[i]!)))).toBe(true);
    expect(isOnCurve(sum)).toBe(true);
  });
  expect(addEach([], [])).toEqual([]);
});

test(`the sum of a run is the sum of its points, in any run lengths (seed ${SEED})`, () => {
  const points = [...random(11, SEED), INFINITY];
  const counts = [0, 1, 5, 0, 2, 4, 0];
  let offset = 0;
  const expected = counts.map((count) => {
    const run = points.slice(offset, offset + count);
    offset += count;
    return run.map(toNoble).reduce((sum, point) => sum.add(point), Noble.ZERO);
  });
  sumRuns(points, counts).forEach((sum, i) => {
    expect(toNoble(sum).equals(expected[i]!)).toBe(true);
  });
  expect(sumRuns([], [0, 0])).toEqual([INFINITY, INFINITY]);
});

test(`encodings are noble's bytes and decode to the point (seed ${SEED})`, () => {
  for (const point of [...random(6, SEED).flatMap((p) => [p, negate(p)]), INFINITY]) {
    const bytes = encodePoint(point);
    expect(bytes).toEqual(Uint8Array.from(toNoble(point).toBytes()));
    expect(decodePoint(bytes)).toEqual(point);
  }
});

test('an encoding with wrong flags, x >= p or a non-zero infinity is not canonical', () => {
  const good = encodePoint(Noble.BASE.toAffine());
  const withFlags = (flags: number): Uint8Array => {
    const bytes = good.slice();
    bytes[0] = (bytes[0]! & 0x1f) | flags;
    return bytes;
  };
  const modulus = Uint8Array.from(Buffer.from(BASE_FIELD_MODULUS.toString(16), 'hex'));
  modulus[0]! |= 0x80;
  const infinity = encodePoint(INFINITY);
  const bad = [
    ...[0x00, 0x20, 0x40, 0x60, 0xc0, 0xe0].map(withFlags),
    modulus,
    new Uint8Array(48).fill(0xff).fill(0x9f, 0, 1),
    Uint8Array.from(infinity, (byte, i) => (i === 47 ? 1 : byte)),
    Uint8Array.from(infinity, (byte, i) => (i === 0 ? byte | 0x20 : byte)),
    Uint8Array.from(infinity, (byte, i) => (i === 0 ? byte | 0x01 : byte)),
    new Uint8Array(48),
  ];
  for (const bytes of bad) {
    const wrongFlags = (bytes[0]! & 0x80) === 0 || (bytes[0]! & 0x40) !== 0;
    const status = wrongFlags ? POINT_STATUS.flags : POINT_STATUS.notCanonical;
    expect(decodePoint(bytes)).toBe(status);
  }
});

test('an x without a curve point is not on the curve', () => {
  const { Fp } = bls12_381.fields;
  let x = 1n; // the smallest x for which x^3 + 4 is not a square
  while (Fp.pow(x ** 3n + 4n, (BASE_FIELD_MODULUS - 1n) / 2n) === 1n) x++;
  const bytes = new Uint8Array(48);
  bytes[0] = 0x80;
  bytes[47] = Number(x);
  expect(decodePoint(bytes)).toBe(POINT_STATUS.notOnCurve);
});

test('points of order 3 and 11 are on the curve and outside the subgroup', () => {
  for (const [point, order] of [
    [THREE, 3n],
    [ELEVEN, 11n],
  ] as const) {
    expect(isOnCurve(point)).toBe(true);
    expect(toNoble(point).is0()).toBe(false);
    expect(multiple(toNoble(point), order).is0()).toBe(true);
    expect(decodePoint(compress(toNoble(point)))).toEqual(point);
  }
});

test(`the subgroup test finds exactly the tainted points, alone and in a batch (seed ${SEED})`, () => {
  const clean = random(6, SEED);
  const tainted = addEach(clean.slice(0, 4), [THREE, ELEVEN, negate(THREE), ELEVEN]);
  const points = [...clean, ...tainted, THREE, ELEVEN, INFINITY];
  const expected = points.map((point) => multiple(toNoble(point), FIELD_MODULUS).is0());
  expect(expected.filter(Boolean)).toHaveLength(clean.length + 1);
  expect(inSubgroupEach(points)).toEqual(expected); // batched test
  expect(points.map((point) => inSubgroupEach([point])[0])).toEqual(expected); // single test
});
