/**
 * blst and noble as rivals, each function as our interface defines it: keys and signatures at
 * infinity are refused, aggregates of signatures may be infinite, and a verifier that is given bad
 * bytes says false.
 */
import { createRequire } from 'node:module';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { TAG } from './pool.ts';

type Bytes = Uint8Array;
type KeyPoint = typeof bls12_381.G1.Point.BASE;
type SignaturePoint = typeof bls12_381.G2.Point.BASE;
/** The native binding. */
export type Blst = typeof import('@chainsafe/blst');

const { longSignatures: scheme } = bls12_381;
const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;

/** The functions that a target asks a rival for; all on bytes. */
export interface BlsRival {
  isValidPublicKey(key: Bytes): boolean;
  isValidSignature(signature: Bytes): boolean;
  aggregatePublicKeys(keys: readonly Bytes[]): Bytes;
  aggregateSignatures(signatures: readonly Bytes[]): Bytes;
  verify(key: Bytes, message: Bytes, signature: Bytes): boolean;
  fastAggregateVerify(keys: readonly Bytes[], message: Bytes, signature: Bytes): boolean;
  aggregateVerify(keys: readonly Bytes[], messages: readonly Bytes[], signature: Bytes): boolean;
}

/** The native binding, or undefined (and a printed line) if it is not installed here. */
export function loadBlst(): Blst | undefined {
  try {
    return createRequire(import.meta.url)('@chainsafe/blst') as Blst;
  } catch {
    console.log('peer absent, skipped: @chainsafe/blst');
    return undefined;
  }
}

/** blst; it knows Ethereum's tag only. */
export function blstRival(lib: Blst): BlsRival {
  const key = (bytes: Bytes) => lib.PublicKey.fromBytes(bytes, true);
  const signature = (bytes: Bytes) => lib.Signature.fromBytes(bytes, true, true);
  return {
    isValidPublicKey: (bytes) => holds(() => key(bytes)),
    isValidSignature: (bytes) => holds(() => signature(bytes)),
    aggregatePublicKeys: (keys) => {
      const sum = lib.aggregateSerializedPublicKeys([...keys], true);
      sum.keyValidate();
      return sum.toBytes();
    },
    aggregateSignatures: (signatures) => {
      const decoded = signatures.map((bytes) => lib.Signature.fromBytes(bytes, true, false));
      return lib.aggregateSignatures(decoded, false).toBytes();
    },
    verify: (bytes, message, sig) => holds(() => lib.verify(message, key(bytes), signature(sig))),
    fastAggregateVerify: (keys, message, sig) =>
      holds(() => lib.fastAggregateVerify(message, keys.map(key), signature(sig))),
    aggregateVerify: (keys, messages, sig) =>
      keys.length === messages.length &&
      holds(() => lib.aggregateVerify([...messages], keys.map(key), signature(sig))),
  };
}

/** noble; every check is made by its own functions. */
export function nobleRival(): BlsRival {
  const verify = (key: KeyPoint, message: Bytes, signature: Bytes): boolean =>
    scheme.verify(decodeSignature(signature), scheme.hash(message, TAG), key);
  return {
    isValidPublicKey: (bytes) => holds(() => decodeKey(bytes)),
    isValidSignature: (bytes) => holds(() => decodeSignature(bytes)),
    aggregatePublicKeys: (keys) => finite(sumOf(keys.map(decodeKey), G1.ZERO)).toBytes(true),
    aggregateSignatures: (signatures) => {
      const decoded = signatures.map((bytes) =>
        isInfinity(bytes) ? G2.ZERO : decodeSignature(bytes),
      );
      return encodeSignature(sumOf(decoded, G2.ZERO));
    },
    verify: (key, message, signature) => holds(() => verify(decodeKey(key), message, signature)),
    fastAggregateVerify: (keys, message, signature) =>
      holds(() => verify(finite(sumOf(keys.map(decodeKey), G1.ZERO)), message, signature)),
    aggregateVerify: (keys, messages, signature) =>
      keys.length === messages.length &&
      holds(() => {
        const items = keys.map((key, i) => ({
          message: scheme.hash(messages[i]!, TAG),
          publicKey: decodeKey(key),
        }));
        return scheme.verifyBatch(decodeSignature(signature), items);
      }),
  };
}

/** What a verifier of ours makes of a refusal: false. Any other value than false is true. */
export function holds(check: () => unknown): boolean {
  try {
    return check() !== false;
  } catch {
    return false;
  }
}

/** KeyValidate of draft-irtf-cfrg-bls-signature-05 §2.5, by noble. Throws. */
export function decodeKey(bytes: Bytes): KeyPoint {
  const point = G1.fromBytes(new Uint8Array(bytes));
  if (bytes.length !== 48) throw new RangeError('48 bytes');
  finite(point).assertValidity();
  return point;
}

/** A signature other than infinity, by noble. Throws. */
export function decodeSignature(bytes: Bytes): SignaturePoint {
  const point = G2.fromBytes(new Uint8Array(bytes));
  if (bytes.length !== 96) throw new RangeError('96 bytes');
  finite(point).assertValidity();
  return point;
}

/** 96 bytes, infinity too. */
export function encodeSignature(point: SignaturePoint): Bytes {
  return point.is0() ? infinity(96) : new Uint8Array(point.toBytes(true));
}

/** The compressed point at infinity. */
export function infinity(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(0xc0, 0, 1);
}

/** A copy with one bit inverted; bit 0 stands for no change. */
export function flipped(bytes: Bytes, bit: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  if (bit > 0) out[bit >> 3]! ^= 1 << (bit & 7);
  return out;
}

function isInfinity(bytes: Bytes): boolean {
  return Buffer.compare(bytes, infinity(96)) === 0;
}

function sumOf<Point extends { add(other: Point): Point }>(points: Point[], zero: Point): Point {
  if (points.length === 0) throw new RangeError('nothing to add');
  return points.reduce((sum, point) => sum.add(point), zero);
}

function finite<Point extends { is0(): boolean }>(point: Point): Point {
  if (point.is0()) throw new RangeError('infinity');
  return point;
}
