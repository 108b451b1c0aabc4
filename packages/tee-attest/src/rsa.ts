/**
 * RSA signature verification on BigInt, where WebCrypto is missing: RSASSA-PSS (RFC 8017 §8.1.2,
 * §9.1.2, MGF1 with the same hash) and RSASSA-PKCS1-v1_5 (§8.2.2). Verification handles public
 * values only, so time may depend on them. A 4096-bit key with exponent 65537 takes 17 products.
 */
import { HASHES, type HashName, type PublicKey, type SignatureAlgorithm } from './signed.ts';

/** DER of DigestInfo up to the digest. RFC 8017 §9.2, note 1. */
const DIGEST_INFO: Readonly<Record<HashName, readonly number[]>> = {
  'SHA-1': [
    0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
  ],
  'SHA-256': /* @__PURE__ */ sha2Info(0x31, 1, 0x20),
  'SHA-384': /* @__PURE__ */ sha2Info(0x41, 2, 0x30),
  'SHA-512': /* @__PURE__ */ sha2Info(0x51, 3, 0x40),
};

const MAX_MODULUS_BYTES = 1024;
const MAX_EXPONENT = 2n ** 33n;

/** Whether `signature` is the key owner's over `data`. False for keys beyond 8192 bits and exponents out of bounds. */
export function verifyRsa(
  key: Extract<PublicKey, { kind: 'rsa' }>,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
  data: Uint8Array,
): boolean {
  if (key.modulus.length > MAX_MODULUS_BYTES) return false;
  const modulus = toInteger(key.modulus);
  const exponent = toInteger(key.exponent);
  const value = toInteger(signature);
  if (exponent < 3n || exponent > MAX_EXPONENT || exponent % 2n === 0n) return false;
  if (signature.length !== key.modulus.length || value >= modulus) return false;
  const encoded = toBytes(power(value, exponent, modulus), key.modulus.length);
  const digest = HASHES[algorithm.hash](data);
  if (algorithm.kind === 'rsa-pss') {
    return isPss(encoded, {
      digest,
      hash: algorithm.hash,
      saltBytes: algorithm.saltBytes,
      modulus,
    });
  }
  return equal(encoded, pkcs1(digest, algorithm.hash, key.modulus.length));
}

/** EMSA-PSS-VERIFY, RFC 8017 §9.1.2, with the steps' numbers. */
function isPss(
  encoded: Uint8Array,
  {
    digest,
    hash,
    saltBytes,
    modulus,
  }: { digest: Uint8Array; hash: HashName; saltBytes: number; modulus: bigint },
): boolean {
  const bits = modulus.toString(2).length - 1; // emBits
  const length = Math.ceil(bits / 8);
  const leading = encoded.length - length;
  if (leading > 0 && encoded[0] !== 0) return false;
  const message = encoded.subarray(leading);
  if (length < digest.length + saltBytes + 2 || message[length - 1] !== 0xbc) return false; // 3, 4
  const masked = message.subarray(0, length - digest.length - 1); // 5
  const check = message.subarray(masked.length, length - 1);
  const spare = 8 * length - bits;
  if (((masked[0] ?? 0) & (0xff00 >> spare) & 0xff) !== 0) return false; // 6
  const block = xor(masked, mgf1(check, masked.length, hash)); // 7, 8
  block[0] = (block[0] ?? 0) & (0xff >> spare); // 9
  const padding = block.length - saltBytes - 1;
  if (block.subarray(0, padding).some((byte) => byte !== 0) || block[padding] !== 1) return false; // 10
  const salt = block.subarray(padding + 1); // 11
  const whole = new Uint8Array(8 + digest.length + saltBytes);
  whole.set(digest, 8);
  whole.set(salt, 8 + digest.length);
  return equal(HASHES[hash](whole), check); // 12-14
}

/** MGF1, RFC 8017 §B.2.1. */
function mgf1(seed: Uint8Array, length: number, hash: HashName): Uint8Array {
  const mask = new Uint8Array(length);
  const input = new Uint8Array(seed.length + 4);
  input.set(seed);
  for (let at = 0, counter = 0; at < length; counter++) {
    new DataView(input.buffer).setUint32(seed.length, counter);
    const part = HASHES[hash](input).subarray(0, length - at);
    mask.set(part, at);
    at += part.length;
  }
  return mask;
}

/** EMSA-PKCS1-v1_5, RFC 8017 §9.2. */
function pkcs1(digest: Uint8Array, hash: HashName, length: number): Uint8Array {
  const info = DIGEST_INFO[hash];
  const encoded = new Uint8Array(length).fill(0xff);
  const tail = info.length + digest.length;
  if (length < tail + 11) return new Uint8Array();
  encoded.set([0, 1]);
  encoded[length - tail - 1] = 0;
  encoded.set(info, length - tail);
  encoded.set(digest, length - digest.length);
  return encoded;
}

function sha2Info(whole: number, last: number, size: number): readonly number[] {
  const oid = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last];
  return [0x30, whole, 0x30, 0x0d, ...oid, 0x05, 0x00, 0x04, size];
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function toInteger(bytes: Uint8Array): bigint {
  let hex = '0x0';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return BigInt(hex);
}

function toBytes(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16).padStart(2 * length, '0');
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, i) => byte ^ (right[i] ?? 0));
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}
