/**
 * The backend over @chainsafe/blst 2.2 (blst compiled for Node-API).
 *
 * What the binding can do was read from its typings and its source (ChainSafe/blst-ts src/lib.rs):
 * the tag of hash-to-curve is a constant, Ethereum's signature tag, and no function takes a hashed
 * message or gives a pairing. Therefore
 * - for that tag everything runs in blst;
 * - for any other tag, proofs of possession included, points are decompressed, checked and added in
 *   blst, while hashing, signing, the pairing and batches run in another backend of this package.
 *
 * Its random combinations carry 64-bit weights of its own. Each check here makes two independent
 * passes, so a false batch passes with probability 2^-128; the caller's `random` is used only where
 * the other backend does the combination.
 */
import type * as Blst from '@chainsafe/blst';
import { INFINITE_POINT } from './encoding.ts';
import { decodeEach, type Engine, notInSubgroup, notOnCurve } from './engine.ts';
import { BlsError } from './errors.ts';
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

/** A public key in blst, and in the other backend once that has been asked. */
interface NativeKey<Key> {
  readonly native: Blst.PublicKey;
  other?: Key;
}

/** Independent passes with 64-bit weights that make up 128 bits. */
const PASSES = 2;

/**
 * The backend over a loaded binding, with another for the tags that blst does not know. Throws
 * BlsError `native_unavailable` if the binding is another scheme.
 */
export function createNativeEngine<Key, Signature>(
  blst: BlstBinding,
  other: Engine<Key, Signature>,
): Engine<NativeKey<Key>, Blst.Signature> {
  checkBinding(blst, other);

  /** The same points in the other backend. Keys remember theirs; all were checked by blst. */
  function otherKeys(keys: readonly NativeKey<Key>[]): Key[] {
    const missing = keys.filter((key) => key.other === undefined);
    const points = other.decodeKeys(missing.map((key) => key.native.toBytes()));
    for (const [i, key] of missing.entries()) key.other = agreed(points[i]!);
    return keys.map((key) => key.other!);
  }

  function otherSignatures(signatures: readonly Blst.Signature[]): Signature[] {
    const bytes = signatures.map((signature) => signature.toBytes());
    return other.decodeSignatures(bytes).map((point) => agreed(point));
  }

  return {
    name: 'native',
    reason:
      "@chainsafe/blst; its tag is fixed to Ethereum's, so for every other tag (and for proofs " +
      `of possession) hashing, signing and pairing run in the ${other.name} backend: ${other.reason}`,
    decodeKeys: (list) =>
      decodeEach(list, (bytes) => ({
        native: decoding('public key', () => blst.PublicKey.fromBytes(bytes, true)),
      })),
    decodeSignatures: (list) =>
      decodeEach(list, (bytes) =>
        decoding('signature', () => blst.Signature.fromBytes(bytes, true, false)),
      ),
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
      if (!isSignatureTag(dst)) return other.sign(secretKey, message, dst);
      return new Uint8Array(blst.SecretKey.fromBytes(secretKey).sign(message).toBytes());
    },
    verifyProduct(pairs, signature, dst) {
      if (isSignatureTag(dst)) {
        const messages = pairs.map((pair) => pair.message);
        const keys = pairs.map((pair) => pair.key.native);
        return blst.aggregateVerify(messages, keys, signature);
      }
      const keys = otherKeys(pairs.map((pair) => pair.key));
      const otherPairs = pairs.map(({ message }, i) => ({ key: keys[i]!, message }));
      return other.verifyProduct(otherPairs, otherSignatures([signature])[0]!, dst);
    },
    weightedCheck(sets, options) {
      if (!isSignatureTag(options.dst)) {
        const keys = otherKeys(sets.map((set) => set.key));
        const signatures = otherSignatures(sets.map((set) => set.signature));
        const otherSets = sets.map(({ message }, i) => {
          return { key: keys[i]!, message, signature: signatures[i]! };
        });
        return other.weightedCheck(otherSets, options);
      }
      const serialized = sets.map((set) => set.signature.toBytes(false));
      return (indices) => {
        if (haveOneMessage(sets, indices)) {
          const entries = indices.map((i) => ({ pk: sets[i]!.key.native, sig: serialized[i]! }));
          const { message } = sets[indices[0]!]!;
          return everyPass(() => {
            const { pk, sig } = blst.aggregateWithRandomness(entries);
            return blst.aggregateVerify([message], [pk], sig);
          });
        }
        const entries = indices.map((i) => ({
          msg: sets[i]!.message,
          pk: sets[i]!.key.native,
          sig: sets[i]!.signature,
        }));
        return everyPass(() => blst.verifyMultipleAggregateSignatures(entries));
      };
    },
    dispose: () => other.dispose(),
  };
}

/** Signing with the secret key 1 gives H(message) itself: compare it with the other backend's, once. */
function checkBinding<Key, Signature>(blst: BlstBinding, other: Engine<Key, Signature>): void {
  const one = new Uint8Array(32);
  one[31] = 1;
  const message = signatureTag();
  const expected = other.sign(one, message, signatureTag());
  const signature = blst.SecretKey.fromBytes(one).sign(message).toBytes();
  if (expected.length !== signature.length || expected.some((byte, i) => byte !== signature[i])) {
    throw new BlsError('native_unavailable', 'the binding signs under another scheme or tag');
  }
}

/** A point that blst accepted and the other backend must accept as well. */
function agreed<Point>(point: Point | BlsError): Point {
  if (!(point instanceof BlsError)) return point;
  throw new Error('the backends disagree on a point', { cause: point });
}

/** Runs a decoder of blst and gives its refusals this package's codes. */
function decoding<Point>(what: string, decode: () => Point): Point {
  try {
    return decode();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'BLST_POINT_NOT_ON_CURVE') throw notOnCurve(what, cause);
    if (code === 'BLST_POINT_NOT_IN_GROUP') throw notInSubgroup(what, cause);
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
