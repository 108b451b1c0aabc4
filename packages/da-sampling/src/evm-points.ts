/**
 * Points as contracts/ takes them: keys of G1 as x | y, 96 bytes, and signatures of G2 as EIP-2537
 * encodes them, x0 | x1 | y0 | y1 of 64 big-endian bytes each, 256 bytes. Compressed points cannot be
 * decompressed cheaply on chain (da-review.md, table, row 12).
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { DaError } from './errors.ts';
import { join } from './wire.ts';

/** Bytes of a packed key, and of one of its coordinates. */
export const PACKED_KEY_BYTES = 96;
const COORDINATE_BYTES = 48;
/** Bytes of a field element of EIP-2537. */
const ELEMENT_BYTES = 64;

/** A compressed key (48 bytes) as x | y; DaError `key_invalid` if it is no point or infinity. */
export function packKey(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    const { x, y } = bls12_381.G1.Point.fromBytes(publicKey).toAffine();
    if (x === 0n && y === 0n) throw new RangeError('infinity');
    return join(numberToBytesBE(x, COORDINATE_BYTES), numberToBytesBE(y, COORDINATE_BYTES));
  } catch (cause) {
    throw new DaError('key_invalid', 'expected a compressed point of G1', { cause });
  }
}

/** The compressed form of x | y. The point is not checked. */
export function compressKey(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const compressed = Uint8Array.from(packed.subarray(0, COORDINATE_BYTES));
  const y = bytesToNumberBE(packed.subarray(COORDINATE_BYTES));
  const isLarger = 2n * y > bls12_381.fields.Fp.ORDER;
  compressed[0]! |= isLarger ? 0xa0 : 0x80;
  return compressed;
}

/** A compressed signature (96 bytes) as 256; DaError `signature_invalid` if it is no point. */
export function expandSignature(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    const { x, y } = bls12_381.G2.Point.fromBytes(signature).toAffine();
    return join(...[x.c0, x.c1, y.c0, y.c1].map((c) => numberToBytesBE(c, ELEMENT_BYTES)));
  } catch (cause) {
    throw new DaError('signature_invalid', 'expected a compressed point of G2', { cause });
  }
}
