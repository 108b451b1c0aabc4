/**
 * The interface of this package: BLS signatures on BLS12-381 with public keys in G1 (48 bytes) and
 * signatures in G2 (96 bytes), scheme "proof of possession".
 * Sources: draft-irtf-cfrg-bls-signature-05 (§2 core operations, §3.3 proof of possession, §4.2.3
 * ciphersuite), RFC 9380 (hash to curve), Ethereum consensus-specs phase0 "BLS signatures".
 *
 * Deviations, all towards refusing more: the point at infinity is never a valid signature (the
 * draft's AggregateVerify accepts it when keys cancel), an aggregate of public keys must not be
 * infinity, and tags longer than 255 bytes are refused. `fastAggregateVerify` refuses an empty list,
 * unlike Ethereum's `eth_fast_aggregate_verify`, which accepts one with the infinity signature.
 */

/**
 * What computes: `native` is blst; `fma`, `wide` and `scalar` are builds of this package's own kernel
 * for WebAssembly (fused multiply-add on vectors, 128-bit products, plain integers); `noble` is
 * @noble/curves in JavaScript.
 */
export type BackendName = 'native' | 'fma' | 'wide' | 'scalar' | 'noble';

/** Where hash-to-curve starts from: `dst`, 1..255 bytes. */
export interface TagOptions {
  /** Domain separation tag; default: Ethereum's signature tag. */
  readonly dst?: Uint8Array;
}

/** Tag and context of a proof of possession. */
export interface PossessionOptions {
  /** Domain separation tag; default: the possession tag of the ciphersuite. */
  readonly dst?: Uint8Array;
  /** Bytes signed after the public key, such as an account and a chain; default: none. */
  readonly context?: Uint8Array;
}

/** Tag and randomness of a batch verification. */
export interface BatchOptions extends TagOptions {
  /**
   * Unpredictable bytes for the weights, 16 per entry; default: `crypto.getRandomValues`. The native
   * backend uses it only under a tag other than Ethereum's.
   */
  readonly random?: (size: number) => Uint8Array;
}

/** One entry of a batch. */
export interface SignatureSet {
  /** 48 bytes. */
  readonly publicKey: Uint8Array;
  /** Any length. */
  readonly message: Uint8Array;
  /** 96 bytes. */
  readonly signature: Uint8Array;
}

/** What a batch verification found: all valid, or the ascending positions of the invalid ones. */
export type BatchResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly invalid: number[] };

/**
 * BLS signatures. Every method is synchronous and pure. `verify*` and `isValid*` return false for
 * any bad bytes and throw only for arguments of the wrong type (`TypeError`) and tags of the wrong
 * length (`RangeError`). Secret keys out of range throw `RangeError`. After `dispose` every other
 * method throws BlsError `disposed`.
 */
export interface Bls {
  /** Which implementation answers, and why this one. */
  backend(): { name: BackendName; reason: string };
  /**
   * A secret key from at least 32 bytes of secret uniform material. Deterministic.
   * draft-irtf-cfrg-bls-signature-05 §2.3.
   */
  keyGen(keyMaterial: Uint8Array): Uint8Array<ArrayBuffer>;
  /** The public key (48 bytes) of a secret key (32 bytes). §2.4 SkToPk. */
  publicKey(secretKey: Uint8Array): Uint8Array<ArrayBuffer>;
  /** The signature (96 bytes) of a message of any length. Deterministic. §2.6 CoreSign. */
  sign(secretKey: Uint8Array, message: Uint8Array, options?: TagOptions): Uint8Array<ArrayBuffer>;
  /** Whether `signature` is this key's for this message. §2.7 CoreVerify; two pairings. */
  verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    options?: TagOptions,
  ): boolean;
  /**
   * The sum of signatures, each checked to be in the group; infinity is allowed in and out.
   * Throws `BlsError` naming the first bad one, or `empty_list`. §2.8 Aggregate.
   */
  aggregateSignatures(signatures: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
  /**
   * The sum of public keys, each validated. Throws `BlsError` naming the first bad one,
   * `empty_list`, or `aggregate_infinity`. Only safe for keys whose possession was proven.
   */
  aggregatePublicKeys(publicKeys: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
  /**
   * Whether `signature` is the aggregate of one signature per (key, message) pair. Messages may
   * repeat if possession of every key was proven. False for empty lists or unequal lengths.
   * §2.9 CoreAggregateVerify; one pairing per distinct message and one more.
   */
  aggregateVerify(
    publicKeys: readonly Uint8Array[],
    messages: readonly Uint8Array[],
    signature: Uint8Array,
    options?: TagOptions,
  ): boolean;
  /**
   * Whether `signature` is the aggregate of one signature of the same message by every key. A key
   * listed twice counts twice. Only safe for keys whose possession was proven. False for an empty
   * list and for keys that add up to infinity. §3.3.4; two pairings.
   */
  fastAggregateVerify(
    publicKeys: readonly Uint8Array[],
    message: Uint8Array,
    signature: Uint8Array,
    options?: TagOptions,
  ): boolean;
  /**
   * Verifies many signatures at once and names the invalid ones. Entries are combined with
   * unpredictable weights, so errors that cancel are found (soundness error 2^-127); every named
   * entry also failed on its own. An empty batch holds. One pairing per distinct message and one
   * more; b invalid entries cost about 2 b log2(n/b) further checks.
   */
  verifyBatch(sets: readonly SignatureSet[], options?: BatchOptions): BatchResult;
  /** The proof (96 bytes) that the maker knows the secret key. §3.3.2 PopProve. */
  provePossession(secretKey: Uint8Array, options?: PossessionOptions): Uint8Array<ArrayBuffer>;
  /** Whether `proof` proves possession of `publicKey` in this context. §3.3.3 PopVerify. */
  verifyPossession(publicKey: Uint8Array, proof: Uint8Array, options?: PossessionOptions): boolean;
  /** Whether these bytes are a usable public key. §2.5 KeyValidate: in the group, not infinity. */
  isValidPublicKey(publicKey: Uint8Array): boolean;
  /** Whether these bytes could be a signature: in the group and not infinity. */
  isValidSignature(signature: Uint8Array): boolean;
  /** Gives up the memory and the remembered keys of this object. A second call does nothing. */
  dispose(): void;
}
