/**
 * The backend over @noble/curves: pure JavaScript, runs everywhere, any tag.
 *
 * Public data takes the short way: points are decompressed here and checked once for the curve and
 * the subgroup, then paired through noble's Miller loop without noble's repeated validity checks.
 * Secret scalars go through noble's `multiply` alone.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { coordinate, hasLargerRoot, INFINITE_POINT, SIGNATURE_SIZE } from './encoding.ts';
import {
  type DecodedSet,
  decodeEach,
  type Engine,
  notInSubgroup,
  notOnCurve,
  type WeightedCheckOptions,
} from './engine.ts';
import { secretScalar } from './keygen.ts';
import { groupByMessage } from './message-groups.ts';
import { WEIGHT_SIZE, weightedSum, weightsFrom } from './weighted-sum.ts';

/** A point of G1: a public key. */
export type KeyPoint = typeof bls12_381.G1.Point.BASE;
/** A point of G2: a signature or a hashed message. */
export type SignaturePoint = typeof bls12_381.G2.Point.BASE;

/** One factor e(g1, g2) of a product of pairings. */
interface Factor {
  readonly g1: KeyPoint;
  readonly g2: SignaturePoint;
}

/** Factors whose lines (about 40 kB each) are held in memory at once. */
const MAX_FACTORS_AT_ONCE = 64;

/** The backend; it holds no state. */
export function createNobleEngine(reason: string): Engine<KeyPoint, SignaturePoint> {
  return {
    name: 'noble',
    reason,
    decodeKeys: (list) => decodeEach(list, decodeKey),
    decodeSignatures: (list) => decodeEach(list, decodeSignature),
    sumKeys(keys) {
      const sum = keys.reduce((total, key) => total.add(key));
      return sum.is0() ? undefined : sum;
    },
    sumSignatures: (signatures) => signatures.reduce((total, signature) => total.add(signature)),
    encodeKey: (key) => new Uint8Array(key.toBytes(true)),
    encodeSignature,
    publicKey: (secretKey) =>
      new Uint8Array(bls12_381.G1.Point.BASE.multiply(secretScalar(secretKey)).toBytes(true)),
    sign: (secretKey, message, dst) =>
      new Uint8Array(hashToG2(message, dst).multiply(secretScalar(secretKey)).toBytes(true)),
    verifyProduct: (pairs, signature, dst) => {
      const groups = groupByMessage(pairs.map((pair) => pair.message));
      const factors = groups.map(({ members, message }) => ({
        g1: sum(members.map((i) => pairs[i]!.key)),
        g2: hashToG2(message, dst),
      }));
      return productIsOne([...factors, { g1: negatedGenerator(), g2: signature }]);
    },
    weightedCheck,
    dispose: () => {},
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
  if (bytes[0] === INFINITE_POINT) return bls12_381.G2.Point.ZERO;
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

/** 96 bytes; infinity, which noble does not encode, is 0xc0 and zeros. */
function encodeSignature(signature: SignaturePoint): Uint8Array<ArrayBuffer> {
  if (!signature.is0()) return new Uint8Array(signature.toBytes(true));
  const bytes = new Uint8Array(SIGNATURE_SIZE);
  bytes[0] = INFINITE_POINT;
  return bytes;
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
  options: WeightedCheckOptions,
): (indices: readonly number[]) => boolean {
  const groups = groupByMessage(sets.map((set) => set.message));
  const hashes: (SignaturePoint | undefined)[] = []; // of the groups, each hashed once
  return (indices) => {
    const weights = weightsFrom(options.random(indices.length * WEIGHT_SIZE), indices.length);
    const weightOf = new Map(indices.map((index, i) => [index, weights[i]!]));
    const factors: Factor[] = [];
    for (const [i, { message, members }] of groups.entries()) {
      const chosen = members.filter((index) => weightOf.has(index));
      if (chosen.length === 0) continue;
      const points = chosen.map((index) => sets[index]!.key);
      const factorWeights = chosen.map((index) => weightOf.get(index)!);
      hashes[i] ??= hashToG2(message, options.dst);
      factors.push({
        g1: weightedSum(bls12_381.G1.Point.ZERO, points, factorWeights),
        g2: hashes[i],
      });
    }
    const signature = weightedSum(
      bls12_381.G2.Point.ZERO,
      indices.map((index) => sets[index]!.signature),
      weights,
    );
    return productIsOne([...factors, { g1: negatedGenerator(), g2: signature }]);
  };
}

/** -G: e(-G, signature) moves the right side of the equation to the left. */
function negatedGenerator(): KeyPoint {
  return bls12_381.G1.Point.BASE.negate();
}

function sum(keys: readonly KeyPoint[]): KeyPoint {
  return keys.reduce((total, key) => total.add(key));
}

/** Whether prod e(g1, g2) = 1. A factor with infinity is one and left out. */
function productIsOne(factors: readonly Factor[]): boolean {
  const { Fp12 } = bls12_381.fields;
  const finite = factors.filter(({ g1, g2 }) => !g1.is0() && !g2.is0());
  let product = Fp12.ONE;
  for (let start = 0; start < finite.length; start += MAX_FACTORS_AT_ONCE) {
    const terms = finite
      .slice(start, start + MAX_FACTORS_AT_ONCE)
      .map(({ g1, g2 }): Parameters<typeof bls12_381.millerLoopBatch>[0][number] => {
        const { x, y } = g1.toAffine();
        return [bls12_381.utils.calcPairingPrecomputes(g2), x, y];
      });
    product = Fp12.mul(product, bls12_381.millerLoopBatch(terms));
  }
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
    throw notOnCurve(what, cause);
  }
}

function checkSubgroup<Point extends { isTorsionFree(): boolean }>(
  point: Point,
  what: string,
): Point {
  if (point.isTorsionFree()) return point;
  throw notInSubgroup(what);
}
