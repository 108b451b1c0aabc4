/**
 * Cases as JSON. Bytes become { "hex" } or, from 256 bytes on, { "deflate" } in base64, and integers
 * of any size { "bigint" }; arrays and plain objects stay. Objects with these keys never occur.
 */
import { deflateSync, inflateSync } from 'node:zlib';

/** A case that can be run again. */
export interface Case {
  readonly target: string;
  readonly seed: number;
  readonly number: number;
  readonly what: string;
  readonly arguments: unknown;
}

const MAX_HEX_BYTES = 256;

/** One line of JSON. */
export function writeCase(item: Case): string {
  return JSON.stringify({ ...item, arguments: encode(item.arguments) });
}

/** The inverse of `writeCase`. Throws TypeError for anything else. */
export function readCase(text: string): Case {
  const item = JSON.parse(text) as Case;
  if (typeof item?.target !== 'string' || item.arguments === undefined) {
    throw new TypeError('case: expected JSON with target and arguments');
  }
  return { ...item, arguments: decode(item.arguments) };
}

function encode(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    if (bytes.length < MAX_HEX_BYTES) return { hex: bytes.toString('hex') };
    return { deflate: deflateSync(bytes).toString('base64') };
  }
  if (typeof value === 'bigint') return { bigint: `0x${value.toString(16)}` };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const { hex, deflate, bigint } = value as Record<string, unknown>;
  if (typeof hex === 'string') return new Uint8Array(Buffer.from(hex, 'hex'));
  if (typeof deflate === 'string') {
    return new Uint8Array(inflateSync(Buffer.from(deflate, 'base64')));
  }
  if (typeof bigint === 'string') return BigInt(bigint);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
}
