/** Writes DER for tests: the opposite of a reader, and able to write what a reader must refuse. */
import { concatBytes } from '@noble/hashes/utils.js';

/** One value: tag, shortest length, contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = concatBytes(...contents);
  return Uint8Array.from([tag, ...derLength(body.length), ...body]);
}

export const sequence = (...items: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  der(0x30, ...items);
export const set = (...items: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  der(0x31, ...items);
export const octets = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => der(0x04, bytes);
export const boolean = (value: boolean): Uint8Array<ArrayBuffer> =>
  der(0x01, Uint8Array.of(value ? 0xff : 0));
export const nothing = (): Uint8Array<ArrayBuffer> => der(0x05);
export const utf8 = (text: string): Uint8Array<ArrayBuffer> =>
  der(0x0c, new TextEncoder().encode(text));
export const ia5 = (text: string): Uint8Array<ArrayBuffer> =>
  der(0x16, new TextEncoder().encode(text));
/** A bit string; `unused` bits at its end. */
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array<ArrayBuffer> =>
  der(0x03, Uint8Array.of(unused), bytes);
/** An explicitly tagged field. */
export const explicit = (number: number, value: Uint8Array): Uint8Array<ArrayBuffer> =>
  der(0xa0 + number, value);

/** A non-negative integer, from a number or from big-endian bytes. */
export function integer(value: number | Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = typeof value === 'number' ? numberBytes(value) : [...value];
  while (bytes.length > 1 && bytes[0] === 0) bytes.shift();
  if ((bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  return der(0x02, Uint8Array.from(bytes.length === 0 ? [0] : bytes));
}

/** An object identifier from dotted numbers. */
export function oid(dotted: string): Uint8Array<ArrayBuffer> {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const out: number[] = [];
  for (const arc of [40 * first + second, ...rest]) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left % 128) + 128);
    }
    out.push(...groups);
  }
  return der(0x06, Uint8Array.from(out));
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5). */
export function time(date: Date): Uint8Array<ArrayBuffer> {
  const text = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const utc = date.getUTCFullYear() < 2050;
  return der(utc ? 0x17 : 0x18, new TextEncoder().encode(utc ? text.slice(2) : text));
}

function derLength(length: number): number[] {
  const bytes = numberBytes(length);
  return length < 128 ? [length] : [0x80 + bytes.length, ...bytes];
}

function numberBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return bytes;
}
