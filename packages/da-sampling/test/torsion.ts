/**
 * Points of BLS12-381 G1's curve outside the prime-order subgroup, made from scratch: the cofactor
 * is divisible by 3 and by 11, so multiplying a random curve point by (#E / order) gives one.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';

const { Point } = bls12_381.G1;
const COFACTOR = 0x396c8c005555e1568c00aaab0000aaabn;

/** A compressed curve point of exactly the given small order (3 or 11). */
export function smallOrderPoint(order: bigint): Uint8Array<ArrayBuffer> {
  return compress(torsionPoint(order));
}

function torsionPoint(order: bigint): InstanceType<typeof Point> {
  const { Fp } = Point;
  let others = COFACTOR * Point.Fn.ORDER;
  while (others % order === 0n) others /= order;
  for (let x = 1n; ; x++) {
    const right = Fp.add(Fp.pow(x, 3n), 4n);
    let y: bigint;
    try {
      y = Fp.sqrt(right);
    } catch {
      continue;
    }
    // The 11-part of the curve is Z/11 x Z/11 and its 3-part Z/3: what is left has order 1 or `order`.
    const point = multiply(Point.fromAffine({ x, y }), others);
    if (!point.is0() && multiply(point, order).is0()) return point;
  }
}

/** `point + torsion` for a compressed subgroup point and a point of `smallOrderPoint`. */
export function addTorsion(point: Uint8Array, order: bigint): Uint8Array<ArrayBuffer> {
  return compress(Point.fromBytes(point).add(torsionPoint(order)));
}

/** x0, x1, y0, y1 of a signature plus a point of the G2 curve whose order divides the cofactor. */
export function addTorsionG2(signature: Uint8Array): readonly bigint[] {
  const { Point: Point2 } = bls12_381.G2;
  const { Fp2 } = bls12_381.fields;
  for (let c0 = 1n; ; c0++) {
    const x = { c0, c1: 0n };
    const right = Fp2.add(Fp2.mul(Fp2.sqr(x), x), { c0: 4n, c1: 4n });
    let y: typeof x;
    try {
      y = Fp2.sqrt(right);
    } catch {
      continue;
    }
    // r times a point of the curve has an order that divides the cofactor.
    let torsion = Point2.ZERO;
    for (const bit of Point2.Fn.ORDER.toString(2)) {
      torsion = torsion.double();
      if (bit === '1') torsion = torsion.add(Point2.fromAffine({ x, y }));
    }
    const sum = Point2.fromBytes(signature).add(torsion).toAffine();
    return [sum.x.c0, sum.x.c1, sum.y.c0, sum.y.c1];
  }
}

/** Double-and-add that does not reduce the scalar modulo the subgroup's order. */
function multiply(base: InstanceType<typeof Point>, scalar: bigint): InstanceType<typeof Point> {
  let out = Point.ZERO;
  for (const bit of scalar.toString(2)) {
    out = out.double();
    if (bit === '1') out = out.add(base);
  }
  return out;
}

/** ZCash encoding, which noble refuses to make for points outside the subgroup. */
function compress(point: InstanceType<typeof Point>): Uint8Array<ArrayBuffer> {
  const { x, y } = point.toAffine();
  const bytes = Uint8Array.from(x.toString(16).padStart(96, '0').match(/../g)!, (hex) =>
    Number.parseInt(hex, 16),
  );
  bytes[0]! |= 2n * y > Point.Fp.ORDER ? 0xa0 : 0x80;
  return bytes;
}
