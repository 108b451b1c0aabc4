/**
 * Points of E(F_p) and E'(F_p^2) that honest code never sends: of small order, outside the group of
 * order r, and honest points with a point of small order added. Made with noble's arithmetic, which
 * is complete on these curves of odd order; encoded here, because noble refuses to.
 *
 * Cofactors: h1 = (z - 1)^2 / 3 = 3 * 11^2 * 10177^2 * 859267^2 * 52437899^2 and
 * h2 = (z^8 - 4 z^7 + 5 z^6 - 4 z^4 + 6 z^3 - 4 z^2 - 4 z + 13) / 9 = 13^2 * 23^2 * 2713 * 11953 *
 * 262069 * (448 further bits), z = -0xd201000000010000.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';

const { Fp, Fp2, Fr } = bls12_381.fields;
const Z = -0xd201000000010000n;

/** The order of each group's curve over r. */
export const COFACTOR_G1: bigint = (Z - 1n) ** 2n / 3n;
export const COFACTOR_G2: bigint =
  (Z ** 8n -
    4n * Z ** 7n +
    5n * Z ** 6n -
    4n * Z ** 4n +
    6n * Z ** 3n -
    4n * Z ** 2n -
    4n * Z +
    13n) /
  9n;

/** Small prime factors of the cofactors. */
export const SMALL_ORDERS_G1: readonly bigint[] = [3n, 11n, 10177n, 859267n];
export const SMALL_ORDERS_G2: readonly bigint[] = [13n, 23n, 2713n, 11953n];

/** A point of E(F_p), in or out of the subgroup. */
export type CurvePoint = typeof bls12_381.G1.Point.BASE;
/** A point of E'(F_p^2), in or out of the subgroup. */
export type TwistPoint = typeof bls12_381.G2.Point.BASE;

const COMPRESSED = 0x80;
const INFINITE = 0x40;
const LARGER_Y = 0x20;

/** The first curve point with x >= `from`, and almost surely not of order r. */
export function curvePoint(from: bigint): CurvePoint {
  for (let x = Fp.create(from); ; x = Fp.add(x, 1n)) {
    const y = root(Fp, Fp.add(Fp.pow(x, 3n), 4n));
    if (y !== undefined) return bls12_381.G1.Point.fromAffine({ x, y });
  }
}

/** The first point of the twist with x = n + u, n >= `from`. */
export function twistPoint(from: bigint): TwistPoint {
  for (let n = Fp.create(from); ; n = Fp.add(n, 1n)) {
    const x = Fp2.fromBigTuple([n, 1n]);
    const y = root(Fp2, Fp2.add(Fp2.pow(x, 3n), Fp2.fromBigTuple([4n, 4n])));
    if (y !== undefined) return bls12_381.G2.Point.fromAffine({ x, y });
  }
}

/** A point of prime order `order`, a factor of the cofactor of G1. */
export function smallG1(order: bigint): CurvePoint {
  for (let from = order; ; from += 1000n) {
    const point = ofOrder(curvePoint(from), { order, cofactor: COFACTOR_G1 });
    if (point !== undefined) return point;
  }
}

/** A point of prime order `order`, a factor of the cofactor of G2. */
export function smallG2(order: bigint): TwistPoint {
  for (let from = order; ; from += 1000n) {
    const point = ofOrder(twistPoint(from), { order, cofactor: COFACTOR_G2 });
    if (point !== undefined) return point;
  }
}

/** `scalar` times a point of any order, by doubling and adding. */
export function times<Point extends { double(): Point; add(other: Point): Point; negate(): Point }>(
  point: Point,
  scalar: bigint,
): Point {
  let sum = point.add(point.negate());
  for (const bit of scalar.toString(2)) {
    sum = sum.double();
    if (bit === '1') sum = sum.add(point);
  }
  return sum;
}

/** 48 bytes of any curve point. draft-irtf-cfrg-pairing-friendly-curves-11, appendix C. */
export function encodeG1(point: CurvePoint): Uint8Array<ArrayBuffer> {
  if (point.is0()) return infinite(48);
  const { x, y } = point.toAffine();
  const bytes = bigEndian(x);
  bytes[0]! |= COMPRESSED | (isLarger(y) ? LARGER_Y : 0);
  return bytes;
}

/** 96 bytes of any point of the twist: x1, then x0. */
export function encodeG2(point: TwistPoint): Uint8Array<ArrayBuffer> {
  if (point.is0()) return infinite(96);
  const { x, y } = point.toAffine();
  const bytes = new Uint8Array(96);
  bytes.set(bigEndian(x.c1));
  bytes.set(bigEndian(x.c0), 48);
  const larger = y.c1 === 0n ? isLarger(y.c0) : isLarger(y.c1);
  bytes[0]! |= COMPRESSED | (larger ? LARGER_Y : 0);
  return bytes;
}

/** A coordinate in 48 bytes. */
export function bigEndian(value: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(96, '0'), 'hex'));
}

/** The part of order `order` of a point, or undefined if it has none. */
function ofOrder<Point extends CurvePoint | TwistPoint>(
  point: Point,
  { order, cofactor }: { order: bigint; cofactor: bigint },
): Point | undefined {
  let rest = cofactor;
  while (rest % order === 0n) rest /= order;
  const multiply = times as (point: Point, scalar: bigint) => Point;
  let found = multiply(multiply(point, Fr.ORDER), rest);
  if (found.is0()) return undefined;
  for (let next = multiply(found, order); !next.is0(); next = multiply(found, order)) found = next;
  return found;
}

function root<T>(field: { sqrt(value: T): T }, value: T): T | undefined {
  try {
    return field.sqrt(value);
  } catch {
    return undefined;
  }
}

function infinite(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes[0] = COMPRESSED | INFINITE;
  return bytes;
}

function isLarger(y: bigint): boolean {
  return 2n * y > Fp.ORDER;
}
