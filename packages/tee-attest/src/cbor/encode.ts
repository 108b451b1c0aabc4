/**
 * Deterministic CBOR (RFC 8949 §4.2.1) of a subset: integers below 2^64 in magnitude, byte strings,
 * text, arrays, maps with distinct integer or text keys, true and false, and tags. One value has one
 * encoding: shortest heads, definite lengths, map keys in the byte order of their encodings.
 */
import { concatBytes } from '../bytes.ts';

/** A value of the subset. Maps are given as `Map`; a tag as {@link CborTag}. */
export type CborValue =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | CborTag
  | readonly CborValue[]
  | ReadonlyMap<CborKey, CborValue>;

export type CborKey = number | bigint | string;

/** A tagged value, RFC 8949 §3.4. */
export interface CborTag {
  readonly tag: number;
  readonly value: CborValue;
}

/** @throws RangeError for integers beyond 64 bits or numbers that are no safe integers. */
export function encodeCbor(value: CborValue): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encode(value));
}

function encode(value: CborValue): Uint8Array {
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'number' || typeof value === 'bigint') return encodeInteger(value);
  if (typeof value === 'string') {
    const text = new TextEncoder().encode(value);
    return concatBytes(head(3, text.length), text);
  }
  if (value instanceof Uint8Array) return concatBytes(head(2, value.length), value);
  if (value instanceof Map) return encodeMap(value);
  if (isArray(value)) return concatBytes(head(4, value.length), ...value.map(encode));
  const { tag, value: inner } = value as CborTag;
  return concatBytes(head(6, tag), encode(inner));
}

function encodeInteger(value: number | bigint): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new RangeError(`${value} is no safe integer`);
  const integer = BigInt(value);
  return integer >= 0n ? head(0, integer) : head(1, -1n - integer);
}

function encodeMap(map: ReadonlyMap<CborKey, CborValue>): Uint8Array {
  const pairs = [...map].map(([key, value]) => [encode(key), encode(value)] as const);
  pairs.sort(([left], [right]) => compare(left, right));
  return concatBytes(head(5, map.size), ...pairs.flat());
}

/** Major type and argument in the fewest bytes. */
function head(major: number, argument: number | bigint): Uint8Array {
  const value = BigInt(argument);
  if (value >= 1n << 64n) throw new RangeError(`${value} does not fit 64 bits`);
  const size =
    value < 24n ? 0 : value < 1n << 8n ? 1 : value < 1n << 16n ? 2 : value < 1n << 32n ? 4 : 8;
  const bytes = new Uint8Array(1 + size);
  bytes[0] = (major << 5) | (size === 0 ? Number(value) : 24 + Math.log2(size));
  for (let i = size, rest = value; i > 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

function compare(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i] as number) - (right[i] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function isArray(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}
