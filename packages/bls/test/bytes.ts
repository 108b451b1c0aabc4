/** Bytes for tests: text, hexadecimal and single-bit damage. */

export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromInteger(value: bigint, size: number): Uint8Array<ArrayBuffer> {
  return fromHex(value.toString(16).padStart(2 * size, '0'));
}

export function flipBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const out = Uint8Array.from(bytes);
  out[bit >> 3]! ^= 1 << (bit & 7);
  return out;
}

/** The bytes with the first one replaced. */
export function withFirstByte(bytes: Uint8Array, first: number): Uint8Array<ArrayBuffer> {
  const out = Uint8Array.from(bytes);
  out[0] = first;
  return out;
}
