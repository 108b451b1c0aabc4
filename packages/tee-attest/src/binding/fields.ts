/** Fixed-width big-endian fields of what is hashed, and the lengths that callers must keep. */

/** Bytes of an account or contract address. */
export const ADDRESS_BYTES = 20;

/** `value` in `size` bytes. @throws RangeError if it does not fit. */
export function unsigned(value: bigint | number, size: number): Uint8Array<ArrayBuffer> {
  let rest = BigInt(value);
  if (rest < 0n || rest >> BigInt(8 * size) !== 0n)
    throw new RangeError(`${value} does not fit ${size} bytes`);
  const bytes = new Uint8Array(size);
  for (let i = size - 1; rest > 0n; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** `bytes`, whose length must be `length`. @throws RangeError naming the field otherwise. */
export function exactly(name: string, bytes: Uint8Array, length: number): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name}: expected bytes`);
  if (bytes.length !== length)
    throw new RangeError(`${name}: expected ${length} bytes, got ${bytes.length}`);
  return bytes;
}
