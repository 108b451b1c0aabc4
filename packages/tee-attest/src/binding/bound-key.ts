/**
 * The keys that evidence vouches for. One key stands in the binding as algorithm and bytes; several
 * (a signing key and an encryption key, say) stand as one of algorithm `keyList`, whose bytes are
 * the keys one after another, each as algorithm, length and bytes. The first key is the signer.
 */
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import { unsigned } from './fields.ts';

/** Algorithm and length of a bound key: SEC 1 compressed points, RFC 8032 and RFC 7748 keys. */
const KEYS = {
  secp256k1: { number: 1, bytes: 33 },
  ed25519: { number: 2, bytes: 32 },
  p256: { number: 3, bytes: 33 },
  /** For encryption to the enclave (HPKE); cannot sign. */
  x25519: { number: 4, bytes: 32 },
} as const;
const KEY_LIST = 0xff00;
const MAX_KEYS = 8;

/** A public key that lives in the enclave. */
export interface BoundKey {
  readonly algorithm: keyof typeof KEYS;
  readonly publicKey: Uint8Array;
}

/**
 * The bytes that stand for `keys` in a binding: u16 algorithm ‖ u16 length ‖ key.
 * @throws TeeError `binding_key_malformed` for no key, more than 8, a wrong length, bytes that are no
 * point, or a first key that cannot sign.
 */
export function encodeKeys(keys: readonly BoundKey[]): Uint8Array {
  if (keys.length === 0 || keys.length > MAX_KEYS) throw malformed(`${keys.length} keys`);
  for (const key of keys) checkKey(key);
  if (keys[0]?.algorithm === 'x25519') throw malformed('the first key cannot sign');
  const encoded = keys.map(({ algorithm, publicKey }) => field(KEYS[algorithm].number, publicKey));
  return encoded.length === 1
    ? (encoded[0] as Uint8Array)
    : field(KEY_LIST, concatBytes(...encoded));
}

/** Whether `signature` is the key's over `bind`: ECDSA over SHA-256 for P-256, over `bind` itself for secp256k1. */
export function verifyPossession(
  { algorithm, publicKey }: BoundKey,
  bind: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false;
  switch (algorithm) {
    case 'secp256k1':
      return secp256k1.verify(signature, bind, publicKey, { prehash: false });
    case 'p256':
      return p256.verify(signature, bind, publicKey, { lowS: false });
    case 'ed25519':
      return ed25519.verify(signature, bind, publicKey, { zip215: false });
    case 'x25519':
      return false;
  }
}

/** The account of a secp256k1 key: last 20 bytes of Keccak-256 of its coordinates. */
export function keyAddress(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const point = secp256k1.Point.fromBytes(publicKey).toBytes(false);
  return Uint8Array.from(keccak_256(point.subarray(1)).subarray(12));
}

function checkKey({ algorithm, publicKey }: BoundKey): void {
  const form = Object.hasOwn(KEYS, algorithm) ? KEYS[algorithm] : undefined;
  if (form === undefined) throw malformed(`algorithm ${algorithm}`);
  if (publicKey.length !== form.bytes) throw malformed(`${publicKey.length} bytes of ${algorithm}`);
  if (!isPoint(algorithm, publicKey)) throw malformed(`no point of ${algorithm}`);
}

function isPoint(algorithm: BoundKey['algorithm'], publicKey: Uint8Array): boolean {
  if (algorithm === 'secp256k1') return secp256k1.utils.isValidPublicKey(publicKey, true);
  if (algorithm === 'p256') return p256.utils.isValidPublicKey(publicKey, true);
  if (algorithm === 'ed25519') return isEdwardsPoint(publicKey);
  return isMontgomeryPoint(publicKey);
}

/** A point of the prime-order group: keys of small order would let anyone sign. */
function isEdwardsPoint(publicKey: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(publicKey, false).isSmallOrder();
  } catch {
    return false;
  }
}

/** No point of small order, whose shared secret everybody knows (RFC 7748 §6.1). */
function isMontgomeryPoint(publicKey: Uint8Array): boolean {
  try {
    x25519.scalarMult(new Uint8Array(32).fill(1), publicKey);
    return true;
  } catch {
    return false;
  }
}

function field(algorithm: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(unsigned(algorithm, 2), unsigned(bytes.length, 2), bytes);
}

function malformed(what: string): TeeError {
  return new TeeError('binding_key_malformed', `no bound key: ${what}`);
}
