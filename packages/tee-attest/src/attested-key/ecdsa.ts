/**
 * secp256k1 signatures as the EVM takes them: r ‖ s ‖ v, 65 bytes, s in the lower half (EIP-2), v 27 or
 * 28. One by recovery; many at once by a random combination, which costs a third.
 *
 * The equation of one signature over digest h by key Q, with R the point whose x is r and whose parity
 * is v: s R = h G + r Q (SEC 1 §4.1.6). Hence for weights a_i of 128 bits
 *     sum a_i R_i = (sum a_i h_i / s_i) G + sum over keys (sum a_i r_i / s_i) Q
 * and one wrong signature makes it hold with probability 2^-128. The weights are drawn from a hash over
 * everything that is checked, so that nobody can choose signatures after knowing them.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { unsigned } from '../binding/fields.ts';
import { bytesToHex } from '../bytes.ts';

/** A signature with what it is over and whose it is said to be. */
export interface SignedDigest {
  /** 32 bytes. */
  readonly digest: Uint8Array;
  /** 65 bytes. */
  readonly signature: Uint8Array;
  /** 33 bytes, compressed. */
  readonly publicKey: Uint8Array;
}

type Point = InstanceType<typeof secp256k1.Point>;

interface Terms {
  readonly r: bigint;
  readonly s: bigint;
  readonly nonce: Point;
}

const { Point } = secp256k1;
const ORDER = /* @__PURE__ */ Point.Fn.ORDER;
const WEIGHT_BITS = 128;
/** Window of the bucket method: measured best for 64 to 1,024 points. */
const WINDOW_BITS = 6;

/** The account that signed `digest`, 20 bytes, or undefined for a malformed signature. */
export function recoverAddress(
  digest: Uint8Array,
  signature: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const terms = readSignature(signature);
  if (terms === undefined) return undefined;
  const { Fn } = Point;
  const inverse = Fn.inv(terms.r);
  const nonceFactor = Fn.mul(terms.s, inverse);
  const baseFactor = Fn.neg(Fn.mul(Fn.create(toInteger(digest)), inverse));
  // Q = (s R - h G) / r
  const base = baseFactor === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(baseFactor);
  const key = terms.nonce.multiplyUnsafe(nonceFactor).add(base);
  return key.is0() ? undefined : pointAddress(key);
}

/** Account of a public key given in compressed form. */
export function accountOf(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return pointAddress(Point.fromBytes(publicKey));
}

/** Whether all signatures are good. @throws Error if a public key is no point. */
export function verifyDigests(items: readonly SignedDigest[]): boolean {
  const terms = items.map(({ signature }) => readSignature(signature));
  if (terms.some((term) => term === undefined)) return false;
  return combinationHolds(items, terms as readonly Terms[]);
}

/** Positions of the wrong signatures, found by halving: n log2(m) checks for m wrong ones among n. */
export function findWrongDigests(items: readonly SignedDigest[]): number[] {
  const wrong: number[] = [];
  const search = (from: number, to: number): void => {
    if (from === to || verifyDigests(items.slice(from, to))) return;
    if (to - from === 1) {
      wrong.push(from);
      return;
    }
    const middle = (from + to) >> 1;
    search(from, middle);
    search(middle, to);
  };
  search(0, items.length);
  return wrong;
}

function combinationHolds(items: readonly SignedDigest[], terms: readonly Terms[]): boolean {
  const { Fn } = Point;
  const weights = drawWeights(items);
  const inverses = Fn.invertBatch(terms.map(({ s }) => s));
  const keyScalars = new Map<string, { key: Point; scalar: bigint }>();
  let baseScalar = 0n;
  items.forEach(({ digest, publicKey }, i) => {
    const weighted = Fn.mul(weights[i] as bigint, inverses[i] as bigint);
    baseScalar = Fn.add(baseScalar, Fn.mul(weighted, Fn.create(toInteger(digest))));
    const name = bytesToHex(publicKey);
    const entry = keyScalars.get(name) ?? { key: Point.fromBytes(publicKey), scalar: 0n };
    entry.scalar = Fn.add(entry.scalar, Fn.mul(weighted, (terms[i] as Terms).r));
    keyScalars.set(name, entry);
  });
  let right = baseScalar === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(baseScalar);
  for (const { key, scalar } of keyScalars.values())
    if (scalar !== 0n) right = right.add(key.multiplyUnsafe(scalar));
  return weightedSum(
    terms.map(({ nonce }) => nonce),
    weights,
  ).equals(right);
}

/** Weights of 128 bits; the first is 1, because only ratios matter. */
function drawWeights(items: readonly SignedDigest[]): bigint[] {
  const seed = sha256.create();
  for (const { digest, signature, publicKey } of items)
    seed.update(digest).update(signature).update(publicKey);
  const root = seed.digest();
  return items.map((_, i) => {
    if (i === 0) return 1n;
    const hash = sha256.create().update(root).update(unsigned(i, 4)).digest();
    return toInteger(hash.subarray(0, WEIGHT_BITS / 8)) | 1n;
  });
}

/** sum w_i P_i by buckets (Pippenger): per window one addition per point and two per bucket. */
function weightedSum(points: readonly Point[], weights: readonly bigint[]): Point {
  let total = Point.ZERO;
  const mask = (1n << BigInt(WINDOW_BITS)) - 1n;
  for (let window = Math.ceil(WEIGHT_BITS / WINDOW_BITS) - 1; window >= 0; window--) {
    for (let i = 0; i < WINDOW_BITS; i++) total = total.double();
    const buckets = new Array<Point | undefined>(1 << WINDOW_BITS);
    const shift = BigInt(window * WINDOW_BITS);
    points.forEach((point, i) => {
      const digit = Number(((weights[i] as bigint) >> shift) & mask);
      if (digit > 0) buckets[digit] = buckets[digit]?.add(point) ?? point;
    });
    let running = Point.ZERO;
    for (let digit = buckets.length - 1; digit > 0; digit--) {
      const bucket = buckets[digit];
      if (bucket !== undefined) running = running.add(bucket);
      total = total.add(running);
    }
  }
  return total;
}

function readSignature(signature: Uint8Array): Terms | undefined {
  const v = signature[64];
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return undefined;
  const r = toInteger(signature.subarray(0, 32));
  const s = toInteger(signature.subarray(32, 64));
  if (r === 0n || r >= ORDER || s === 0n || s > ORDER >> 1n) return undefined;
  const nonce = liftX(signature.subarray(0, 32), v === 28);
  return nonce === undefined ? undefined : { r, s, nonce };
}

/** The point with this x and an odd or even y. */
function liftX(x: Uint8Array, odd: boolean): Point | undefined {
  try {
    return Point.fromBytes(Uint8Array.from([odd ? 3 : 2, ...x]));
  } catch {
    return undefined;
  }
}

function pointAddress(point: Point): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(keccak_256(point.toBytes(false).subarray(1)).subarray(12));
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes)}`);
}
