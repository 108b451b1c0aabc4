/** What a signature over bytes consists of: key, algorithm, value; and the hash functions in use. */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';

/** Hash functions of the signatures in use. SHA-1 only names certificates in OCSP. */
export type HashName = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** A public key: an uncompressed point (65 or 97 bytes), or modulus and exponent, big-endian. */
export type PublicKey =
  | { readonly kind: 'ec'; readonly curve: 'P-256' | 'P-384'; readonly point: Uint8Array }
  | {
      readonly kind: 'rsa';
      readonly modulus: Uint8Array;
      readonly exponent: Uint8Array;
      readonly spki: Uint8Array;
    };

/** How a signature was made. `saltBytes` is the salt of PSS. */
export type SignatureAlgorithm =
  | { readonly kind: 'ecdsa'; readonly hash: HashName }
  | { readonly kind: 'rsa-pss'; readonly hash: HashName; readonly saltBytes: number }
  | { readonly kind: 'rsa-pkcs1'; readonly hash: HashName };

/** A signature with everything needed to check it. */
export interface Signed {
  readonly key: PublicKey;
  readonly algorithm: SignatureAlgorithm;
  /** ECDSA: r ‖ s, each as long as the field. RSA: as long as the modulus. */
  readonly signature: Uint8Array;
  readonly data: Uint8Array;
}

/** Each hash function in JavaScript. */
export const HASHES: Readonly<Record<HashName, (data: Uint8Array) => Uint8Array>> = {
  'SHA-1': sha1,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
};
