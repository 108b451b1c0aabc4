/**
 * The backend over @noble/curves: pure JavaScript, runs everywhere, any tag.
 *
 * Public data takes the short way: points are decompressed here and checked once for the curve and
 * the subgroup, then paired through noble's Miller loop without noble's repeated validity checks.
 * Secret scalars go through noble's `multiply` alone.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { coordinate, hasLargerRoot } from './encoding.ts';
import type { DecodedSet, Engine, KeyAndMessage } from './engine.ts';
import { BlsError } from './errors.ts';
import { secretScalar } from './keygen.ts';
import { WEIGHT_SIZE, weightedSum, weightsFrom } from './weighted-sum.ts';

/** A point of G1: a public key. */
export type KeyPoint = typeof bls12_381.G1.Point.BASE;
/** A point of G2: a signature or a hashed message. */
export type SignaturePoint = typeof bls12_381.G2.Point.BASE;

/** A G2 point prepared for the Miller loop. */
type Lines = ReturnType<typeof bls12_381.utils.calcPairingPrecomputes>;
type PairingTerm = Parameters<typeof bls12_381.millerLoopBatch>[0][number];

/** The backend; it holds no state. */
export function createNobleEngine(reason: string): Engine<KeyPoint, SignaturePoint> {
  return {
    name: 'noble',
    reason,
    decodeKey,
    decodeSignature,
    sumKeys(keys) {
      const sum = keys.reduce((total, key) => total.add(key));
      return sum.is0() ? undefined : sum;
    },
    sumSignatures: (signatures) => signatures.reduce((total, signature) => total.add(signature)),
    encodeKey: (key) => new Uint8Array(key.toBytes(true)),
    encodeSignature: (signature) => new Uint8Array(signature.toBytes(true)),
    publicKey: (secretKey) =>
      new Uint8Array(bls12_381.G1.Point.BASE.multiply(secretScalar(secretKey)).toBytes(true)),
    sign: (secretKey, message, dst) =>
      new Uint8Array(hashToG2(message, dst).multiply(secretScalar(secretKey)).toBytes(true)),
    verifyProduct: (pairs, signature, dst) => {
      const terms = keysByMessage(pairs).map(({ keys, message }) =>
        term(sum(keys), linesOf(hashToG2(message, dst))),
      );
      return productIsOne([...terms, generatorTerm(signature)]);
    },
    weightedCheck,
  };
}

/**
 * A public key from 48 bytes that passed `checkEncoding` and are not infinity.
 * y^2 = x^3 + 4. Throws BlsError `not_on_curve` or `not_in_subgroup`.
 */
export function decodeKey(bytes: Uint8Array): KeyPoint {
  const { Fp } = bls12_381.fields;
  const x = coordinate(bytes, 0);
  const y = root(Fp, Fp.add(Fp.mul(Fp.sqr(x), x), 4n), 'public key');
  const larger = isLarger(y);
  const point = bls12_381.G1.Point.fromAffine({
    x,
    y: larger === hasLargerRoot(bytes) ? y : Fp.neg(y),
  });
  return checkSubgroup(point, 'public key');
}

/**
 * A signature from 96 bytes that passed `checkEncoding`.
 * y^2 = x^3 + 4(1 + u). Throws BlsError `not_on_curve` or `not_in_subgroup`.
 */
export function decodeSignature(bytes: Uint8Array): SignaturePoint {
  if (bytes[0] === 0xc0) return bls12_381.G2.Point.ZERO;
  const { Fp2 } = bls12_381.fields;
  const x = Fp2.fromBigTuple([coordinate(bytes, 48), coordinate(bytes, 0)]);
  const b = Fp2.fromBigTuple([4n, 4n]);
  const y = root(Fp2, Fp2.add(Fp2.mul(Fp2.sqr(x), x), b), 'signature');
  const larger = y.c1 === 0n ? isLarger(y.c0) : isLarger(y.c1);
  const point = bls12_381.G2.Point.fromAffine({
    x,
    y: larger === hasLargerRoot(bytes) ? y : Fp2.neg(y),
  });
  return checkSubgroup(point, 'signature');
}

/** hash_to_curve, suite BLS12381G2_XMD:SHA-256_SSWU_RO_. RFC 9380 §8.8.2. */
export function hashToG2(message: Uint8Array, dst: Uint8Array): SignaturePoint {
  return bls12_381.G2.hashToCurve(message, { DST: dst });
}

/**
 * Small exponents test over subsets of `sets`: with weights w_i,
 * prod over messages m of e(sum_{i: m_i = m} w_i pk_i, H(m)) = e(G, sum_i w_i sig_i).
 */
function weightedCheck(
  sets: readonly DecodedSet<KeyPoint, SignaturePoint>[],
  options: { dst: Uint8Array; random: (size: number) => Uint8Array },
): (indices: readonly number[]) => boolean {
  const lines = new Map<string, Lines>(); // each distinct message is hashed once
  const linesFor = (message: Uint8Array): Lines => {
    const name = nameOf(message);
    const known = lines.get(name) ?? linesOf(hashToG2(message, options.dst));
    lines.set(name, known);
    return known;
  };
  return (indices) => {
    const weights = weightsFrom(options.random(indices.length * WEIGHT_SIZE), indices.length);
    const pairs = indices.map((index, i) => ({
      key: { point: sets[index]!.key, weight: weights[i]! },
      message: sets[index]!.message,
    }));
    const terms = keysByMessage(pairs).map(({ keys, message }) =>
      term(
        weightedSum(
          bls12_381.G1.Point.ZERO,
          keys.map((key) => key.point),
          keys.map((key) => key.weight),
        ),
        linesFor(message),
      ),
    );
    const signature = weightedSum(
      bls12_381.G2.Point.ZERO,
      indices.map((index) => sets[index]!.signature),
      weights,
    );
    return productIsOne([...terms, generatorTerm(signature)]);
  };
}

/** The keys that belong to each distinct message. */
function keysByMessage<Key>(
  pairs: readonly KeyAndMessage<Key>[],
): { keys: Key[]; message: Uint8Array }[] {
  const groups = new Map<string, { keys: Key[]; message: Uint8Array }>();
  for (const { key, message } of pairs) {
    const name = nameOf(message);
    const group = groups.get(name);
    if (group) group.keys.push(key);
    else groups.set(name, { keys: [key], message });
  }
  return [...groups.values()];
}

/** The bytes as hexadecimal, to compare messages by content. */
function nameOf(message: Uint8Array): string {
  let name = '';
  for (const byte of message) name += byte.toString(16).padStart(2, '0');
  return name;
}

function sum(keys: readonly KeyPoint[]): KeyPoint {
  return keys.reduce((total, key) => total.add(key));
}

/** Lines of the Miller loop, or undefined for infinity, whose pairing is one. */
function linesOf(point: SignaturePoint): Lines {
  return bls12_381.utils.calcPairingPrecomputes(point);
}

/** The factor e(point, lines), or undefined where the point is infinity and the factor one. */
function term(point: KeyPoint, lines: Lines): PairingTerm | undefined {
  if (point.is0()) return undefined;
  const { x, y } = point.toAffine();
  return [lines, x, y];
}

/** The factor e(-G, signature): the right side of the equation, moved to the left. */
function generatorTerm(signature: SignaturePoint): PairingTerm | undefined {
  if (signature.is0()) return undefined;
  return term(bls12_381.G1.Point.BASE.negate(), linesOf(signature));
}

function productIsOne(terms: readonly (PairingTerm | undefined)[]): boolean {
  const { Fp12 } = bls12_381.fields;
  const product = bls12_381.millerLoopBatch(terms.filter((factor) => factor !== undefined));
  return Fp12.eql(Fp12.finalExponentiate(product), Fp12.ONE);
}

/** Whether y > (p - 1) / 2, the S flag of the encoding. */
function isLarger(y: bigint): boolean {
  return 2n * y > bls12_381.fields.Fp.ORDER;
}

/** A square root, or BlsError `not_on_curve`. */
function root<T>(field: { sqrt(value: T): T }, value: T, what: string): T {
  try {
    return field.sqrt(value);
  } catch (cause) {
    throw new BlsError('not_on_curve', `${what}: no point has this x-coordinate`, { cause });
  }
}

function checkSubgroup<Point extends { isTorsionFree(): boolean }>(
  point: Point,
  what: string,
): Point {
  if (point.isTorsionFree()) return point;
  throw new BlsError('not_in_subgroup', `${what}: the point is outside the group of order r`);
}
