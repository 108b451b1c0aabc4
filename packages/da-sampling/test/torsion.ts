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
