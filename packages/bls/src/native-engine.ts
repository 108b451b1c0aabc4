/**
 * The backend over @chainsafe/blst 2.2 (blst compiled for Node-API).
 *
 * What the binding can do was read from its typings and its source (ChainSafe/blst-ts src/lib.rs):
 * the tag of hash-to-curve is a constant, Ethereum's signature tag, and no function takes a hashed
 * message or gives a pairing. Therefore
 * - for that tag everything runs in blst;
 * - for any other tag, proofs of possession included, points are decompressed, checked and added in
 *   blst, while hashing, signing and the pairing run in @noble/curves.
 *
 * Its random combinations carry 64-bit weights of its own. Each check here makes two independent
 * passes, so a false batch passes with probability 2^-128; the caller's `random` is used only where
 * the noble backend does the combination (several messages under another tag).
 */
import type * as Blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { coordinate, INFINITE_POINT, PUBLIC_KEY_SIZE } from './encoding.ts';
import type { DecodedSet, Engine } from './engine.ts';
import { BlsError } from './errors.ts';
import { createNobleEngine, hashToG2, type KeyPoint, type SignaturePoint } from './noble-engine.ts';
import { isSignatureTag, signatureTag } from './tag.ts';

/** The functions of `@chainsafe/blst` that are used. */
export type BlstBinding = Pick<
  typeof Blst,
  | 'PublicKey'
  | 'SecretKey'
  | 'Signature'
  | 'aggregatePublicKeys'
  | 'aggregateSignatures'
  | 'aggregateVerify'
  | 'aggregateWithRandomness'
  | 'verifyMultipleAggregateSignatures'
>;

/** A public key in blst; `point` is the same for noble, made when first needed. */
interface NativeKey {
  readonly native: Blst.PublicKey;
  point?: KeyPoint;
}

/** Independent passes with 64-bit weights that make up 128 bits. */
const PASSES = 2;

/** The backend over a loaded binding; throws BlsError `native_unavailable` if it is another scheme. */
export function createNativeEngine(blst: BlstBinding): Engine<NativeKey, Blst.Signature> {
  checkBinding(blst);
  const noble = createNobleEngine('for tags that the native binding does not know');

  const engine: Engine<NativeKey, Blst.Signature> = {
    name: 'native',
    reason:
      "@chainsafe/blst; its tag is fixed to Ethereum's, so for every other tag (and for proofs " +
      'of possession) hashing, signing and pairing run in @noble/curves',
    decodeKey: (bytes) => ({
      native: decoding('public key', () => blst.PublicKey.fromBytes(bytes, true)),
    }),
    decodeSignature: (bytes) =>
      decoding('signature', () => blst.Signature.fromBytes(bytes, true, false)),
    sumKeys(keys) {
      if (keys.length === 1) return keys[0];
      const native = blst.aggregatePublicKeys(keys.map((key) => key.native));
      return native.toBytes()[0] === INFINITE_POINT ? undefined : { native };
    },
    sumSignatures: (signatures) => blst.aggregateSignatures([...signatures]),
    encodeKey: (key) => new Uint8Array(key.native.toBytes()),
    encodeSignature: (signature) => new Uint8Array(signature.toBytes()),
    publicKey: (secretKey) =>
      new Uint8Array(blst.SecretKey.fromBytes(secretKey).toPublicKey().toBytes()),
    sign(secretKey, message, dst) {
      if (!isSignatureTag(dst)) return noble.sign(secretKey, message, dst);
      return new Uint8Array(blst.SecretKey.fromBytes(secretKey).sign(message).toBytes());
    },
    verifyProduct(pairs, signature, dst) {
      if (isSignatureTag(dst)) {
        const messages = pairs.map((pair) => pair.message);
        const keys = pairs.map((pair) => pair.key.native);
        return blst.aggregateVerify(messages, keys, signature);
      }
      const noblePairs = pairs.map(({ key, message }) => ({ key: keyPoint(key), message }));
      return noble.verifyProduct(noblePairs, signaturePoint(signature), dst);
    },
    weightedCheck(sets, options) {
      const { dst } = options;
      const serialized = sets.map((set) => set.signature.toBytes(false));
      const fallback = isSignatureTag(dst) ? undefined : lazyNobleCheck(sets, options);
      return (indices) => {
        if (haveOneMessage(sets, indices)) {
          const entries = indices.map((i) => ({ pk: sets[i]!.key.native, sig: serialized[i]! }));
          return everyPass(() => {
            const { pk, sig } = blst.aggregateWithRandomness(entries);
            const pair = { key: { native: pk }, message: sets[indices[0]!]!.message };
            return engine.verifyProduct([pair], sig, dst);
          });
        }
        if (fallback) return fallback(indices);
        const entries = indices.map((i) => ({
          msg: sets[i]!.message,
          pk: sets[i]!.key.native,
          sig: sets[i]!.signature,
        }));
        return everyPass(() => blst.verifyMultipleAggregateSignatures(entries));
      };
    },
  };

  /** noble's check of the same sets; the points are converted when it is first asked. */
  function lazyNobleCheck(
    sets: readonly DecodedSet<NativeKey, Blst.Signature>[],
    options: { dst: Uint8Array; random: (size: number) => Uint8Array },
  ): (indices: readonly number[]) => boolean {
    let check: ((indices: readonly number[]) => boolean) | undefined;
    return (indices) => {
      check ??= noble.weightedCheck(
        sets.map((set) => ({
          key: keyPoint(set.key),
          message: set.message,
          signature: signaturePoint(set.signature),
        })),
        options,
      );
      return check(indices);
    };
  }

  return engine;
}

/** Signing with the secret key 1 gives H(message) itself: compare it with noble's, once. */
function checkBinding(blst: BlstBinding): void {
  const one = new Uint8Array(32);
  one[31] = 1;
  const message = signatureTag();
  const expected = hashToG2(message, signatureTag()).toBytes(true);
  const signature = blst.SecretKey.fromBytes(one).sign(message).toBytes();
  if (expected.length !== signature.length || expected.some((byte, i) => byte !== signature[i])) {
    throw new BlsError('native_unavailable', 'the binding signs under another scheme or tag');
  }
}

/** Runs a decoder of blst and gives its refusals this package's codes. */
function decoding<Point>(what: string, decode: () => Point): Point {
  try {
    return decode();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'BLST_POINT_NOT_ON_CURVE') {
      throw new BlsError('not_on_curve', `${what}: no point has this x-coordinate`, { cause });
    }
    if (code === 'BLST_POINT_NOT_IN_GROUP') {
      const message = `${what}: the point is outside the group of order r`;
      throw new BlsError('not_in_subgroup', message, { cause });
    }
    throw cause;
  }
}

function everyPass(check: () => boolean): boolean {
  for (let pass = 0; pass < PASSES; pass++) {
    if (!check()) return false;
  }
  return true;
}

function haveOneMessage(
  sets: readonly { readonly message: Uint8Array }[],
  indices: readonly number[],
): boolean {
  const first = sets[indices[0]!]!.message;
  return indices.every((index) => {
    const { message } = sets[index]!;
    return message.length === first.length && message.every((byte, i) => byte === first[i]);
  });
}

/** The key for noble, from blst's uncompressed bytes x || y: valid already, so not checked again. */
function keyPoint(key: NativeKey): KeyPoint {
  if (key.point === undefined) {
    const bytes = key.native.toBytes(false);
    key.point = bls12_381.G1.Point.fromAffine({
      x: coordinate(bytes, 0),
      y: coordinate(bytes, PUBLIC_KEY_SIZE),
    });
  }
  return key.point;
}

/** The signature for noble, from blst's uncompressed bytes x.c1 || x.c0 || y.c1 || y.c0. */
function signaturePoint(signature: Blst.Signature): SignaturePoint {
  const bytes = signature.toBytes(false);
  const { Fp2 } = bls12_381.fields;
  return bls12_381.G2.Point.fromAffine({
    x: Fp2.fromBigTuple([coordinate(bytes, 48), coordinate(bytes, 0)]),
    y: Fp2.fromBigTuple([coordinate(bytes, 144), coordinate(bytes, 96)]),
  });
}
