/**
 * Algorithm identifiers, public keys and signature values as X.509 encodes them: RFC 5480 (elliptic
 * curves), RFC 5758 (ECDSA with SHA-2), RFC 8017 appendix A (RSA). Others are refused.
 */
import type { HashName, PublicKey, SignatureAlgorithm } from './crypto.ts';
import {
  type DerReader,
  enterOnly,
  DerReader as Reader,
  readBitString,
  readCount,
  readOid,
  readUnsigned,
  TAG,
} from './der.ts';
import { TeeError } from './errors.ts';

const ECDSA: Readonly<Record<string, HashName>> = {
  '1.2.840.10045.4.3.2': 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
  '1.2.840.10045.4.3.4': 'SHA-512',
};
const RSA_PKCS1: Readonly<Record<string, HashName>> = {
  '1.2.840.113549.1.1.11': 'SHA-256',
  '1.2.840.113549.1.1.12': 'SHA-384',
  '1.2.840.113549.1.1.13': 'SHA-512',
};
const RSA_PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';
const RSA_KEY = '1.2.840.113549.1.1.1';
const EC_KEY = '1.2.840.10045.2.1';
const HASHES: Readonly<Record<string, HashName>> = {
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};
const CURVES: Readonly<Record<string, { name: 'P-256' | 'P-384'; scalarBytes: number }>> = {
  '1.2.840.10045.3.1.7': { name: 'P-256', scalarBytes: 32 },
  '1.3.132.0.34': { name: 'P-384', scalarBytes: 48 },
};
const MIN_RSA_BYTES = 256;
const MAX_RSA_BYTES = 512;
/** Long exponents only make a verifier work. */
const MAX_EXPONENT_BYTES = 4;

/** Reads an AlgorithmIdentifier of a signature. */
export function readSignatureAlgorithm(reader: DerReader): SignatureAlgorithm {
  const fields = reader.enter(TAG.sequence);
  const oid = readOid(fields.next(TAG.oid));
  const ecdsa = ECDSA[oid];
  if (ecdsa !== undefined) {
    fields.end();
    return { kind: 'ecdsa', hash: ecdsa };
  }
  const pkcs1 = RSA_PKCS1[oid];
  if (pkcs1 !== undefined) {
    readNull(fields);
    return { kind: 'rsa-pkcs1', hash: pkcs1 };
  }
  if (oid === RSA_PSS) return readPss(fields);
  throw unknown(`signature algorithm ${oid}`);
}

/** Reads an AlgorithmIdentifier of a hash function; its parameters are NULL or absent (RFC 5754 §2). */
export function readHashAlgorithm(reader: DerReader): HashName {
  const fields = reader.enter(TAG.sequence);
  const oid = readOid(fields.next(TAG.oid));
  if (!fields.done) readNull(fields);
  const hash = HASHES[oid];
  if (hash === undefined) throw unknown(`hash function ${oid}`);
  return hash;
}

/** Reads a SubjectPublicKeyInfo; `spki` is all of its bytes. */
export function readPublicKey(spki: Uint8Array): PublicKey {
  const fields = enterOnly(spki, TAG.sequence);
  const algorithm = fields.enter(TAG.sequence);
  const bits = readBitString(fields.next(TAG.bitString));
  fields.end();
  const oid = readOid(algorithm.next(TAG.oid));
  if (oid === RSA_KEY) {
    readNull(algorithm);
    const numbers = enterOnly(bits, TAG.sequence);
    const modulus = readUnsigned(numbers.next(TAG.integer));
    const exponent = readUnsigned(numbers.next(TAG.integer));
    numbers.end();
    if (modulus.length < MIN_RSA_BYTES || modulus.length > MAX_RSA_BYTES)
      throw unknown('RSA key size');
    if (exponent.length > MAX_EXPONENT_BYTES || !isOddAboveOne(exponent) || !isOddAboveOne(modulus))
      throw unknown('RSA numbers');
    return { kind: 'rsa', modulus, exponent, spki };
  }
  if (oid !== EC_KEY) throw unknown(`key algorithm ${oid}`);
  const curve = CURVES[readOid(algorithm.next(TAG.oid))];
  algorithm.end();
  if (curve === undefined) throw unknown('curve');
  if (bits.length !== 1 + 2 * curve.scalarBytes || bits[0] !== 4) throw unknown('point encoding');
  return { kind: 'ec', curve: curve.name, point: bits };
}

/** A signature value as `CryptoProvider.verify` takes it: ECDSA's two integers joined at fixed length. */
export function readSignature(bits: Uint8Array, algorithm: SignatureAlgorithm): Uint8Array {
  if (algorithm.kind !== 'ecdsa') return bits;
  const numbers = enterOnly(bits, TAG.sequence);
  const r = readUnsigned(numbers.next(TAG.integer));
  const s = readUnsigned(numbers.next(TAG.integer));
  numbers.end();
  // The curve is the key's, which is not at hand. That r and s of a P-384 signature both fit into 32
  // bytes happens once in 2^256; the verifier refuses whatever has not its key's length.
  const longest = Math.max(r.length, s.length);
  const scalarBytes = longest <= 32 ? 32 : 48;
  if (longest > scalarBytes) throw unknown('signature longer than its curve');
  const joined = new Uint8Array(2 * scalarBytes);
  joined.set(r, scalarBytes - r.length);
  joined.set(s, 2 * scalarBytes - s.length);
  return joined;
}

/** RSASSA-PSS-params, RFC 8017 §A.2.3, one hash for message and mask. AMD encodes the default trailer. */
function readPss(fields: DerReader): SignatureAlgorithm {
  const parameters = fields.enter(TAG.sequence);
  fields.end();
  const hashField = parameters.enter(0xa0);
  const hash = readHashAlgorithm(hashField);
  hashField.end();
  const maskField = parameters.enter(0xa1);
  const mask = maskField.enter(TAG.sequence);
  const maskName = readOid(mask.next(TAG.oid));
  const maskHash = readHashAlgorithm(mask);
  mask.end();
  maskField.end();
  const saltField = parameters.enter(0xa2);
  const saltBytes = readCount(saltField.next(TAG.integer));
  saltField.end();
  const trailer = parameters.optional(0xa3);
  if (trailer !== undefined) {
    const inner = new Reader(trailer.contents);
    if (readCount(inner.next(TAG.integer)) !== 1) throw unknown('PSS trailer');
    inner.end();
  }
  parameters.end();
  const known = maskName === MGF1 && maskHash === hash && hash !== 'SHA-1' && saltBytes <= 64;
  if (!known) throw unknown('PSS parameters');
  return { kind: 'rsa-pss', hash, saltBytes };
}

function isOddAboveOne(number: Uint8Array): boolean {
  const last = number.at(-1) ?? 0;
  return last % 2 === 1 && (number.length > 1 || last > 1);
}

function readNull(fields: DerReader): void {
  if (fields.next(TAG.null).contents.length !== 0) throw unknown('algorithm parameters');
  fields.end();
}

function unknown(what: string): TeeError {
  return new TeeError('certificate_malformed', `not supported: ${what}`);
}
