/**
 * Key generation: KeyGen of draft-irtf-cfrg-bls-signature-05 §2.3 with empty key_info and the salt
 * that earlier drafts fixed, H("BLS-SIG-KEYGEN-SALT-"); EIP-2333's `hkdf_mod_r` and blst's
 * `blst_keygen` are the same function.
 */
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { SECRET_KEY_SIZE } from './encoding.ts';

/** r, the order of G1 and G2. draft-irtf-cfrg-pairing-friendly-curves-11 §4.2.1. */
export const GROUP_ORDER: bigint =
  0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

/** The salt before its first hashing, ASCII. */
const SALT = 'BLS-SIG-KEYGEN-SALT-';
/** L = ceil((3 * ceil(log2 r)) / 16), the bytes expanded before reduction by r. */
const EXPANDED_SIZE = 48;
/** Least entropy the draft allows. */
const MIN_KEY_MATERIAL = 32;

/** A secret key (32 bytes) from at least 32 bytes of secret uniform material; deterministic. */
export function keyGen(keyMaterial: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!(keyMaterial instanceof Uint8Array)) {
    throw new TypeError('keyMaterial: expected Uint8Array');
  }
  if (keyMaterial.length < MIN_KEY_MATERIAL) {
    throw new RangeError(`keyMaterial: expected at least ${MIN_KEY_MATERIAL} bytes`);
  }
  const padded = new Uint8Array(keyMaterial.length + 1); // IKM || I2OSP(0, 1)
  padded.set(keyMaterial);
  const info = Uint8Array.of(0, EXPANDED_SIZE); // key_info || I2OSP(L, 2)
  let salt = Uint8Array.from(SALT, (character) => character.charCodeAt(0));
  try {
    for (;;) {
      // Ends with probability 1 - 2^-255 in the first round.
      salt = new Uint8Array(sha256(salt));
      const prk = extract(sha256, padded, salt);
      const okm = expand(sha256, prk, info, EXPANDED_SIZE);
      const scalar = toInteger(okm) % GROUP_ORDER;
      prk.fill(0);
      okm.fill(0);
      if (scalar !== 0n) return toBytes(scalar);
    }
  } finally {
    padded.fill(0);
  }
}

/**
 * The scalar of a secret key. Throws TypeError if it is not bytes, RangeError if it is not 32 bytes
 * or not in 1..r-1; the message never contains it.
 */
export function secretScalar(secretKey: Uint8Array): bigint {
  if (!(secretKey instanceof Uint8Array)) throw new TypeError('secretKey: expected Uint8Array');
  if (secretKey.length !== SECRET_KEY_SIZE) {
    throw new RangeError(
      `secretKey: expected ${SECRET_KEY_SIZE} bytes, got ${secretKey.length} bytes`,
    );
  }
  const scalar = toInteger(secretKey);
  if (scalar === 0n || scalar >= GROUP_ORDER) {
    throw new RangeError('secretKey: expected an integer in 1..r-1');
  }
  return scalar;
}

function toInteger(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function toBytes(scalar: bigint): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(SECRET_KEY_SIZE);
  let rest = scalar;
  for (let i = out.length - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}
