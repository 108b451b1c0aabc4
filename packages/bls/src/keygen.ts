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
      const secretKey = reduceByOrder(okm);
      prk.fill(0);
      okm.fill(0);
      if (secretKey.some((byte) => byte !== 0)) return secretKey;
    }
  } finally {
    padded.fill(0);
  }
}

/**
 * Throws TypeError if a secret key is not bytes, RangeError if it is not 32 bytes or not in 1..r-1;
 * the message never contains it. No BigInt, which could not be wiped, and the same steps for every key.
 */
export function checkSecretKey(secretKey: Uint8Array): void {
  if (!(secretKey instanceof Uint8Array)) throw new TypeError('secretKey: expected Uint8Array');
  if (secretKey.length !== SECRET_KEY_SIZE) {
    throw new RangeError(
      `secretKey: expected ${SECRET_KEY_SIZE} bytes, got ${secretKey.length} bytes`,
    );
  }
  const difference = new Uint8Array(SECRET_KEY_SIZE);
  const below = subtractInto(difference, secretKey, orderBytes());
  difference.fill(0);
  let bits = 0;
  for (const byte of secretKey) bits |= byte;
  if (bits === 0 || below === 0) {
    throw new RangeError('secretKey: expected an integer in 1..r-1');
  }
}

/** A secret key that passed `checkSecretKey`, as an integer. */
export function secretScalar(secretKey: Uint8Array): bigint {
  let value = 0n;
  for (const byte of secretKey) value = (value << 8n) | BigInt(byte);
  return value;
}

/** A big-endian integer modulo r: its bits are shifted in one by one, r is taken off where it fits. */
function reduceByOrder(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const order = orderBytes();
  const rest = new Uint8Array(SECRET_KEY_SIZE);
  const reduced = new Uint8Array(SECRET_KEY_SIZE);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    // rest = 2 rest + bit, which is below 2^256 because rest < r < 2^255
    let carry = (bytes[bit >> 3]! >> (7 - (bit & 7))) & 1;
    for (let i = rest.length - 1; i >= 0; i--) {
      carry |= rest[i]! << 1;
      rest[i] = carry;
      carry >>= 8;
    }
    const keep = subtractInto(reduced, rest, order) - 1; // all ones where rest >= r
    for (let i = 0; i < rest.length; i++) rest[i]! ^= (rest[i]! ^ reduced[i]!) & keep;
  }
  reduced.fill(0);
  return rest;
}

/** out = a - b modulo 2^256, big-endian; 1 if a < b, else 0. */
function subtractInto(out: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  let borrow = 0;
  for (let i = out.length - 1; i >= 0; i--) {
    const byte = a[i]! - b[i]! - borrow;
    out[i] = byte;
    borrow = byte >>> 31;
  }
  return borrow;
}

/** r, big-endian. */
function orderBytes(): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(SECRET_KEY_SIZE);
  let rest = GROUP_ORDER;
  for (let i = out.length - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}
