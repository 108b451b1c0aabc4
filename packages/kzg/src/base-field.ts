/** The base field F_p of BLS12-381: its order, and elements as 48 big-endian bytes. */

/** p, the order of the base field: (z - 1)^2 * (z^4 - z^2 + 1) / 3 + z. */
export const BASE_FIELD_MODULUS =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;

/** Bytes of one element. */
export const BYTES_PER_COORDINATE = 48;

/** The integer of 48 big-endian bytes at an offset. */
export function readCoordinate(view: DataView, offset: number): bigint {
  let value = 0n;
  for (let i = 0; i < BYTES_PER_COORDINATE; i += 8)
    value = (value << 64n) | view.getBigUint64(offset + i);
  return value;
}

/** Writes an integer below 2^384 as 48 big-endian bytes. */
export function writeCoordinate(view: DataView, offset: number, value: bigint): void {
  let rest = value;
  for (let i = BYTES_PER_COORDINATE - 8; i >= 0; i -= 8) {
    view.setBigUint64(offset + i, rest); // keeps the low 64 bits
    rest >>= 64n;
  }
}
