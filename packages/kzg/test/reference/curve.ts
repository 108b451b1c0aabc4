/** G1 by @noble/curves alone: one scalar multiplication after another, and points of small order. */
import { bls12_381 } from '@noble/curves/bls12-381.js';

const { Point } = bls12_381.G1;
type NoblePoint = InstanceType<typeof Point>;

/** sum_j s_j P_j, term by term. */
export function naiveSum(points: readonly NoblePoint[], scalars: readonly bigint[]): NoblePoint {
  return points.reduce((sum, point, j) => sum.add(point.multiplyUnsafe(scalars[j]!)), Point.ZERO);
}

/** n * P by double-and-add for any n (noble's own stops at the group order). */
export function multiple(point: NoblePoint, n: bigint): NoblePoint {
  let out = Point.ZERO;
  for (const bit of n.toString(2)) {
    out = out.double();
    if (bit === '1') out = out.add(point);
  }
  return out;
}

/** The cofactor of G1, (z - 1)^2 / 3 = 3 * 11^2 * 10177^2 * 859267^2 * 52437899^2. */
export const COFACTOR = 0x396c8c005555e1568c00aaab0000aaabn;

/** A curve point of exactly this prime order (3 or 11), outside the subgroup. */
export function torsionPoint(order: 3n | 11n): NoblePoint {
  const { Fp, Fr } = bls12_381.fields;
  for (let x = 1n; ; x++) {
    const right = Fp.add(Fp.mul(Fp.sqr(x), x), 4n);
    if (Fp.ORDER % 4n !== 3n || !Fp.eql(Fp.sqr(Fp.pow(right, (Fp.ORDER + 1n) / 4n)), right))
      continue;
    const point = Point.fromAffine({ x, y: Fp.sqrt(right) });
    let rest = COFACTOR * Fr.ORDER;
    while (rest % order === 0n) rest /= order;
    let torsion = multiple(point, rest); // order: a power of the prime
    if (torsion.is0()) continue;
    while (!multiple(torsion, order).is0()) torsion = multiple(torsion, order);
    return torsion;
  }
}

/** Compressed bytes without noble's subgroup check. */
export function compress(point: NoblePoint): Uint8Array<ArrayBuffer> {
  const { x, y } = point.toAffine();
  const { ORDER } = bls12_381.fields.Fp;
  const out = Uint8Array.from(Buffer.from(x.toString(16).padStart(96, '0'), 'hex'));
  out[0]! |= 0x80 | (2n * y > ORDER ? 0x20 : 0);
  return out;
}
