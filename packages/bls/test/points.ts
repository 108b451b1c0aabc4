/**
 * Encodings no honest party makes: x-coordinates without a point, points outside the group of
 * order r, coordinates not below p, and valid points moved by a torsion point.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { fromInteger, toHex, withFirstByte } from './bytes.ts';

const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
const { Fp, Fp2 } = bls12_381.fields;
export const GROUP_ORDER: bigint = bls12_381.fields.Fr.ORDER;

export const FIELD_MODULUS: bigint = Fp.ORDER;

export const INFINITE_KEY: Uint8Array<ArrayBuffer> = withFirstByte(new Uint8Array(48), 0xc0);
export const INFINITE_SIGNATURE: Uint8Array<ArrayBuffer> = withFirstByte(new Uint8Array(96), 0xc0);

type BadPoint = 'not_on_curve' | 'not_in_subgroup';

/** The first `count` keys with small x and this defect. */
export function badKeys(defect: BadPoint, count: number): Uint8Array<ArrayBuffer>[] {
  const found: Uint8Array<ArrayBuffer>[] = [];
  for (let x = 0n; found.length < count; x++) {
    const y = squareRoot(() => Fp.sqrt(x ** 3n + 4n));
    const bytes = withFirstByte(fromInteger(x, 48), 0x80);
    if (y === undefined) {
      if (defect === 'not_on_curve') found.push(bytes);
    } else if (!G1.fromAffine({ x, y }).isTorsionFree() && defect === 'not_in_subgroup') {
      found.push(bytes);
    }
  }
  return found;
}

/** The first `count` signatures with x = i + u, i small, and this defect. */
export function badSignatures(defect: BadPoint, count: number): Uint8Array<ArrayBuffer>[] {
  const found: Uint8Array<ArrayBuffer>[] = [];
  for (let i = 0n; found.length < count; i++) {
    const x = Fp2.fromBigTuple([i, 1n]);
    const y = squareRoot(() =>
      Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.fromBigTuple([4n, 4n]))),
    );
    const bytes = new Uint8Array([...fromInteger(1n, 48), ...fromInteger(i, 48)]);
    bytes[0] = 0x80;
    if (y === undefined) {
      if (defect === 'not_on_curve') found.push(bytes);
    } else if (!G2.fromAffine({ x, y }).isTorsionFree() && defect === 'not_in_subgroup') {
      found.push(bytes);
    }
  }
  return found;
}

/** A valid key plus a point whose order divides the cofactor: on the curve, outside the group. */
export function keyPlusTorsion(key: Uint8Array): Uint8Array<ArrayBuffer> {
  const x = BigInt(`0x${toHex(badKeys('not_in_subgroup', 2)[1]!).slice(2)}`); // without the flag byte
  const outside = G1.fromAffine({ x, y: Fp.sqrt(x ** 3n + 4n) });
  const torsion = outside.multiplyUnsafe(GROUP_ORDER - 1n).add(outside); // r * outside
  const { x: sumX, y: sumY } = G1.fromBytes(key).add(torsion).toAffine();
  const bytes = fromInteger(sumX, 48);
  return withFirstByte(bytes, bytes[0]! | (2n * sumY > Fp.ORDER ? 0xa0 : 0x80));
}

/** A valid key with its x-coordinate written as x + p. */
export function nonCanonicalKey(): Uint8Array<ArrayBuffer> {
  for (let point = G1.BASE; ; point = point.add(G1.BASE)) {
    const { x } = point.toAffine();
    if ((x + Fp.ORDER) >> 381n !== 0n) continue;
    const flags = point.toBytes(true)[0]! & 0xe0;
    const bytes = fromInteger(x + Fp.ORDER, 48);
    return withFirstByte(bytes, bytes[0]! | flags);
  }
}

/** A valid signature with the first (c1) or second (c0) coordinate written as itself plus p. */
export function nonCanonicalSignature(coordinate: 'c0' | 'c1'): Uint8Array<ArrayBuffer> {
  for (let point = G2.BASE; ; point = point.add(G2.BASE)) {
    const { x } = point.toAffine();
    if ((x[coordinate] + Fp.ORDER) >> 381n !== 0n) continue;
    const bytes = new Uint8Array(point.toBytes(true));
    const flags = bytes[0]! & 0xe0;
    bytes.set(fromInteger(x[coordinate] + Fp.ORDER, 48), coordinate === 'c1' ? 0 : 48);
    if (coordinate === 'c1') bytes[0]! |= flags;
    return bytes;
  }
}

/** signature + error, and signature - error. */
export function shiftSignature(
  signature: Uint8Array,
  options: { error: Uint8Array; negate: boolean },
): Uint8Array<ArrayBuffer> {
  const error = G2.fromBytes(options.error);
  const shifted = G2.fromBytes(signature).add(options.negate ? error.negate() : error);
  return new Uint8Array(shifted.toBytes(true));
}

export function negatedKey(key: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(G1.fromBytes(key).negate().toBytes(true));
}

function squareRoot<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}
