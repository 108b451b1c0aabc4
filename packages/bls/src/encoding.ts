/**
 * The compressed point encoding of BLS12-381, checked as far as bytes alone allow.
 * Source: draft-irtf-cfrg-pairing-friendly-curves-11, Appendix C (the "ZCash" format): the three top
 * bits of the first byte are C (compressed), I (infinity) and S (y is the larger root); the rest is
 * x as big-endian integers below p, for G2 the u-coefficient c1 first, then c0.
 *
 * All backends are given only what passed these checks, so a refusal has the same code in
 * each; what remains to a backend is the curve equation and the subgroup.
 */
import { BlsError } from './errors.ts';

/** Bytes of a secret key: an integer 1..r-1, big-endian. */
export const SECRET_KEY_SIZE = 32;
/** Bytes of a public key: a compressed point of G1. */
export const PUBLIC_KEY_SIZE = 48;
/** Bytes of a signature: a compressed point of G2. */
export const SIGNATURE_SIZE = 96;

/** Bytes of one coordinate in the base field. */
const FIELD_SIZE = 48;

/** p, the modulus of the base field, big-endian. draft-irtf-cfrg-pairing-friendly-curves-11 §4.2.1. */
const FIELD_MODULUS: readonly number[] = [
  0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b, 0xa7, 0xb6, 0x43, 0x4b, 0xac, 0xd7,
  0x64, 0x77, 0x4b, 0x84, 0xf3, 0x85, 0x12, 0xbf, 0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0, 0xf6, 0x24,
  0x1e, 0xab, 0xff, 0xfe, 0xb1, 0x53, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xab,
];

const COMPRESSED = 0x80;
const INFINITY = 0x40;
const LARGER_ROOT = 0x20;
/** First byte of the point at infinity; zeros follow. */
export const INFINITE_POINT: number = COMPRESSED | INFINITY;
const FLAGS = COMPRESSED | INFINITY | LARGER_ROOT;

/**
 * Checks length, flag bits and canonical coordinates; true if the bytes are the point at infinity.
 * Throws `BlsError` `bad_length` or `bad_encoding`.
 */
export function checkEncoding(
  bytes: Uint8Array,
  expected: { size: number; what: string },
): { infinity: boolean } {
  const { size, what } = expected;
  if (bytes.length !== size) {
    throw new BlsError('bad_length', `${what}: expected ${size} bytes, got ${bytes.length}`);
  }
  const flags = bytes[0]! & FLAGS;
  if ((flags & COMPRESSED) === 0) {
    throw new BlsError('bad_encoding', `${what}: the compression flag is not set`);
  }
  if ((flags & INFINITY) !== 0) {
    if (bytes[0] !== INFINITE_POINT || bytes.subarray(1).some((byte) => byte !== 0)) {
      throw new BlsError('bad_encoding', `${what}: infinity with further bits set`);
    }
    return { infinity: true };
  }
  for (let offset = 0; offset < size; offset += FIELD_SIZE) {
    if (!isCanonical(bytes, offset)) {
      throw new BlsError('bad_encoding', `${what}: a coordinate is not below the field modulus`);
    }
  }
  return { infinity: false };
}

/** Whether the S flag is set: y is the larger of the two roots. */
export function hasLargerRoot(bytes: Uint8Array): boolean {
  return (bytes[0]! & LARGER_ROOT) !== 0;
}

/** The big-endian coordinate at `offset`, without the flag bits (which only byte 0 carries). */
export function coordinate(bytes: Uint8Array, offset: number): bigint {
  let hex = '';
  for (let i = offset; i < offset + FIELD_SIZE; i++) {
    const byte = i === 0 ? bytes[i]! & ~FLAGS : bytes[i]!;
    hex += byte.toString(16).padStart(2, '0');
  }
  return BigInt(`0x${hex}`);
}

/** Whether the coordinate at `offset` is below p, by comparison from the most significant byte. */
function isCanonical(bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < FIELD_SIZE; i++) {
    const byte = offset + i === 0 ? bytes[0]! & ~FLAGS : bytes[offset + i]!;
    if (byte !== FIELD_MODULUS[i]) return byte < FIELD_MODULUS[i]!;
  }
  return false;
}
