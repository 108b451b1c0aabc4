/**
 * The scalar field F_r of BLS12-381 on plain `bigint`, and its 32-byte big-endian encoding
 * (consensus-specs deneb/polynomial-commitments.md: `bytes_to_bls_field` refuses values >= r, it
 * never reduces them).
 */
import { assertBytes, KzgError } from './errors.ts';
import { BYTES_PER_FIELD_ELEMENT } from './parameters.ts';

/** r, the order of G1: z^4 - z^2 + 1 for the curve parameter z = -0xd201000000010000. */
export const FIELD_MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

/** The first four bytes of r. */
const MODULUS_TOP = 0x73eda753;

/** The representative in [0, r) of any integer. */
export function reduce(value: bigint): bigint {
  const remainder = value % FIELD_MODULUS;
  return remainder < 0n ? remainder + FIELD_MODULUS : remainder;
}

/** base^exponent mod r, exponent >= 0. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = reduce(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % FIELD_MODULUS;
    square = (square * square) % FIELD_MODULUS;
  }
  return result;
}

/** [1, base, base^2, ...], `count` of them. */
export function powersOf(base: bigint, count: number): bigint[] {
  const out = new Array<bigint>(count);
  let current = 1n;
  for (let i = 0; i < count; i++) {
    out[i] = current;
    current = (current * base) % FIELD_MODULUS;
  }
  return out;
}

/** 1 / value mod `modulus` by Euclid; `value` in (0, modulus), gcd 1. */
export function invertModulo(value: bigint, modulus: bigint): bigint {
  let [a, b] = [value, modulus];
  let [u, v] = [1n, 0n]; // value * u = a, value * v = b (mod modulus)
  while (a !== 0n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [u, v] = [v - quotient * u, u];
  }
  if (b !== 1n) throw new RangeError('invert: expected a value coprime to the modulus');
  return v < 0n ? v + modulus : v;
}

/** 1 / value mod r, for value not 0 mod r. */
export function invert(value: bigint): bigint {
  return invertModulo(reduce(value), FIELD_MODULUS);
}

/** The inverses of all values (none 0 mod r) with one inversion: Montgomery's trick. */
export function invertEach(values: readonly bigint[]): bigint[] {
  const out = new Array<bigint>(values.length);
  let product = 1n;
  for (let i = 0; i < values.length; i++) {
    out[i] = product;
    product = (product * values[i]!) % FIELD_MODULUS;
  }
  let inverse = invert(product);
  for (let i = values.length - 1; i >= 0; i--) {
    out[i] = reduce(inverse * out[i]!);
    inverse = (inverse * values[i]!) % FIELD_MODULUS;
  }
  return out;
}

/** Throws unless `value` is a bigint in [0, r). */
export function assertScalar(value: bigint, name: string): void {
  if (typeof value !== 'bigint') {
    throw new TypeError(`${name}: expected bigint, got ${typeof value}`);
  }
  if (value < 0n || value >= FIELD_MODULUS) {
    throw new RangeError(`${name}: expected a scalar in [0, r)`);
  }
}

/**
 * The field element that 32 big-endian bytes encode.
 * Throws KzgError `scalar_length` or `scalar_not_canonical` (value >= r).
 * Source: deneb/polynomial-commitments.md, `bytes_to_bls_field`.
 */
export function bytesToScalar(bytes: Uint8Array): bigint {
  assertBytes(bytes, { size: BYTES_PER_FIELD_ELEMENT, code: 'scalar_length', name: 'scalar' });
  assertCanonical(bytes);
  return readBigEndian(viewOf(bytes), 0);
}

/**
 * The 32 big-endian bytes of a field element in [0, r).
 * Throws TypeError or RangeError for anything else.
 */
export function scalarToBytes(scalar: bigint): Uint8Array<ArrayBuffer> {
  assertScalar(scalar, 'scalar');
  const out = new Uint8Array(BYTES_PER_FIELD_ELEMENT);
  writeScalar(viewOf(out), 0, scalar);
  return out;
}

/** A DataView of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Throws `scalar_not_canonical` unless every 32 bytes are below r; the length is a multiple of 32.
 * Only elements that begin like r are compared in full: 10 microseconds for a blob.
 */
export function assertCanonical(bytes: Uint8Array, item?: number): void {
  const offset = findNotCanonical(bytes);
  if (offset >= 0) {
    throw new KzgError(
      'scalar_not_canonical',
      `field element at byte ${offset}: expected a value below the modulus`,
      item,
    );
  }
}

/** Whether every 32 bytes are below r; the length is a multiple of 32. */
export function isCanonical(bytes: Uint8Array): boolean {
  return findNotCanonical(bytes) < 0;
}

function findNotCanonical(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  for (let offset = 0; offset < bytes.length; offset += BYTES_PER_FIELD_ELEMENT) {
    const top = view.getUint32(offset);
    if (top < MODULUS_TOP) continue;
    if (top > MODULUS_TOP || readBigEndian(view, offset) >= FIELD_MODULUS) return offset;
  }
  return -1;
}

/** The integer of 32 big-endian bytes at an offset, not reduced. */
export function readBigEndian(view: DataView, offset: number): bigint {
  return (
    (((((view.getBigUint64(offset) << 64n) | view.getBigUint64(offset + 8)) << 64n) |
      view.getBigUint64(offset + 16)) <<
      64n) |
    view.getBigUint64(offset + 24)
  );
}

/** Writes an element in [0, r) as 32 big-endian bytes at an offset. */
export function writeScalar(view: DataView, offset: number, scalar: bigint): void {
  view.setBigUint64(offset, scalar >> 192n);
  view.setBigUint64(offset + 8, scalar >> 128n); // setBigUint64 keeps the low 64 bits
  view.setBigUint64(offset + 16, scalar >> 64n);
  view.setBigUint64(offset + 24, scalar);
}

/** All elements of a byte array whose length is a multiple of 32 and whose elements are canonical. */
export function readScalars(bytes: Uint8Array): bigint[] {
  const view = viewOf(bytes);
  const out = new Array<bigint>(bytes.length / BYTES_PER_FIELD_ELEMENT);
  for (let i = 0; i < out.length; i++) out[i] = readBigEndian(view, i * BYTES_PER_FIELD_ELEMENT);
  return out;
}

/** The concatenated encodings of elements in [0, r). */
export function writeScalars(scalars: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(scalars.length * BYTES_PER_FIELD_ELEMENT);
  const view = viewOf(out);
  for (let i = 0; i < scalars.length; i++) {
    writeScalar(view, i * BYTES_PER_FIELD_ELEMENT, scalars[i]!);
  }
  return out;
}
