/**
 * What a backend supplies: points and equations. Everything that decides which bytes are acceptable
 * and what an answer means is in `scheme.ts`, once for all backends.
 */
import type { BackendName } from './bls.ts';
import { BlsError } from './errors.ts';

/** A decoded entry of a batch. */
export interface DecodedSet<Key, Signature> {
  readonly key: Key;
  readonly message: Uint8Array;
  readonly signature: Signature;
}

/** A key with the message it should have signed. */
export interface KeyAndMessage<Key> {
  readonly key: Key;
  readonly message: Uint8Array;
}

/** Randomness and tag of a weighted check. */
export interface WeightedCheckOptions {
  readonly dst: Uint8Array;
  readonly random: (size: number) => Uint8Array;
}

/** A backend over its own representation of points. Bytes given to `decode*` passed `checkEncoding`. */
export interface Engine<Key, Signature> {
  readonly name: BackendName;
  readonly reason: string;
  /** Decompresses each; a refusal is BlsError `not_on_curve` or `not_in_subgroup`. Never given infinity. */
  decodeKeys(list: readonly Uint8Array[]): (Key | BlsError)[];
  /** Decompresses each; a refusal is BlsError `not_on_curve` or `not_in_subgroup`. May be given infinity. */
  decodeSignatures(list: readonly Uint8Array[]): (Signature | BlsError)[];
  /** The sum of at least one key, or undefined if it is infinity. */
  sumKeys(keys: readonly Key[]): Key | undefined;
  /** The sum of at least one signature; infinity is a sum like any other. */
  sumSignatures(signatures: readonly Signature[]): Signature;
  encodeKey(key: Key): Uint8Array<ArrayBuffer>;
  encodeSignature(signature: Signature): Uint8Array<ArrayBuffer>;
  /** Secret keys are checked before. */
  publicKey(secretKey: Uint8Array): Uint8Array<ArrayBuffer>;
  sign(secretKey: Uint8Array, message: Uint8Array, dst: Uint8Array): Uint8Array<ArrayBuffer>;
  /** prod_i e(key_i, H(message_i)) = e(G, signature), for at least one pair; no signature is infinity. */
  verifyProduct(
    pairs: readonly KeyAndMessage<Key>[],
    signature: Signature,
    dst: Uint8Array,
  ): boolean;
  /**
   * Whether the verification equations of all entries hold, each raised to an unpredictable weight;
   * wrong with probability at most 2^-127. The returned function may be asked for several subsets.
   */
  weightedCheck(
    sets: readonly DecodedSet<Key, Signature>[],
    options: WeightedCheckOptions,
  ): (indices: readonly number[]) => boolean;
  /** Gives up what the backend holds; it is not used afterwards. */
  dispose(): void;
}

/** Decodes one by one: what `decode` throws as BlsError becomes that entry's refusal. */
export function decodeEach<Point>(
  list: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => Point,
): (Point | BlsError)[] {
  return list.map((bytes) => {
    try {
      return decode(bytes);
    } catch (error) {
      if (error instanceof BlsError) return error;
      throw error;
    }
  });
}

/** A point that no coordinate leads to. */
export function notOnCurve(what: string, cause?: unknown): BlsError {
  return new BlsError('not_on_curve', `${what}: no point has this x-coordinate`, { cause });
}

/** A point of the curve that is of no use. */
export function notInSubgroup(what: string, cause?: unknown): BlsError {
  const message = `${what}: the point is outside the group of order r`;
  return new BlsError('not_in_subgroup', message, { cause });
}
