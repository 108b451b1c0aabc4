/**
 * One text per JSON value, so that a hash of it names the value: RFC 8785 (JSON Canonicalization
 * Scheme) for values without fractions. Members are sorted by their names' UTF-16 code units, there
 * is no white space, strings are escaped as ECMAScript's `JSON.stringify` does (RFC 8785 §3.2.2.2).
 *
 * Narrower than RFC 8785: numbers are integers below 2^53, so that no rule for printing fractions is
 * needed, and strings hold no lone surrogates.
 */
import { sha256 } from '@noble/hashes/sha2.js';

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The canonical text of a JSON value. Members that are `undefined` are left out.
 * @throws TypeError for a number that is no safe integer, a lone surrogate, or anything not JSON.
 */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`canonical: ${value} is no safe integer`);
    return String(value);
  }
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value))
      throw new TypeError('canonical: a string with half a character');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    throw new TypeError('canonical: expected plain JSON');
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${canonicalText(name)}:${canonicalText(member)}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 of the UTF-8 bytes of the canonical text. */
export function canonicalHash(value: unknown): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(sha256(new TextEncoder().encode(canonicalText(value))));
}
