/**
 * Domain separation tags: the DST of hash-to-curve, which keeps signatures made for one purpose
 * from being valid for another. Source: RFC 9380 §3.1 and §5.3.3; the two tags below are
 * draft-irtf-cfrg-bls-signature-05 §4.2.3, ciphersuite of minimal-pubkey-size with proof of
 * possession, the one Ethereum uses (consensus-specs, phase0, "BLS signatures").
 */

/** The signature tag, ASCII. */
const SIGNATURE_TAG = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';
/** The proof-of-possession tag, ASCII. */
const POSSESSION_TAG = 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';
/** Longest tag taken. RFC 9380 §5.3.3 hashes longer ones; this package refuses them instead. */
const MAX_TAG_SIZE = 255;

/** The tag that signatures use unless another is given: Ethereum's, a fresh copy of 43 bytes. */
export function signatureTag(): Uint8Array<ArrayBuffer> {
  return ascii(SIGNATURE_TAG);
}

/** The tag that proofs of possession use unless another is given, a fresh copy of 43 bytes. */
export function possessionTag(): Uint8Array<ArrayBuffer> {
  return ascii(POSSESSION_TAG);
}

/** Whether `tag` is Ethereum's signature tag, the only one `@chainsafe/blst` knows. */
export function isSignatureTag(tag: Uint8Array): boolean {
  if (tag.length !== SIGNATURE_TAG.length) return false;
  return tag.every((byte, i) => byte === SIGNATURE_TAG.charCodeAt(i));
}

/** The given tag after its check (1..255 bytes), or the default. Throws TypeError or RangeError. */
export function checkTag(
  tag: Uint8Array | undefined,
  defaultTag: () => Uint8Array<ArrayBuffer>,
): Uint8Array {
  if (tag === undefined) return defaultTag();
  if (!(tag instanceof Uint8Array)) throw new TypeError('dst: expected Uint8Array');
  if (tag.length < 1 || tag.length > MAX_TAG_SIZE) {
    throw new RangeError(`dst: expected 1..${MAX_TAG_SIZE} bytes, got ${tag.length}`);
  }
  return tag;
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
