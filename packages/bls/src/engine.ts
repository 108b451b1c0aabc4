/**
 * What a backend supplies: points and equations. Everything that decides which bytes are acceptable
 * and what an answer means is in `scheme.ts`, once for all backends.
 */

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

/** A backend over its own representation of points. Bytes given to `decode*` passed `checkEncoding`. */
export interface Engine<Key, Signature> {
  readonly name: 'noble' | 'native';
  readonly reason: string;
  /** Decompresses; throws BlsError `not_on_curve` or `not_in_subgroup`. Never given infinity. */
  decodeKey(bytes: Uint8Array): Key;
  /** Decompresses; throws BlsError `not_on_curve` or `not_in_subgroup`. May be given infinity. */
  decodeSignature(bytes: Uint8Array): Signature;
  /** The sum of at least one key, or undefined if it is infinity. */
  sumKeys(keys: readonly Key[]): Key | undefined;
  /** The sum of at least one signature; infinity is a sum like any other. */
  sumSignatures(signatures: readonly Signature[]): Signature;
  encodeKey(key: Key): Uint8Array<ArrayBuffer>;
  encodeSignature(signature: Signature): Uint8Array<ArrayBuffer>;
  /** Secret keys are checked before. */
  publicKey(secretKey: Uint8Array): Uint8Array<ArrayBuffer>;
  sign(secretKey: Uint8Array, message: Uint8Array, dst: Uint8Array): Uint8Array<ArrayBuffer>;
  /** prod_i e(key_i, H(message_i)) = e(G, signature), for at least one pair. */
  verifyProduct(
    pairs: readonly KeyAndMessage<Key>[],
    signature: Signature,
    dst: Uint8Array,
  ): boolean;
  /**
   * Whether the verification equations of all entries hold, each raised to an unpredictable weight;
   * wrong with probability at most 2^-128. The returned function may be asked for several subsets.
   */
  weightedCheck(
    sets: readonly DecodedSet<Key, Signature>[],
    options: { dst: Uint8Array; random: (size: number) => Uint8Array },
  ): (indices: readonly number[]) => boolean;
}
