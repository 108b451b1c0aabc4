/**
 * The prime field of the hash-only scheme: p = 2^31 - 2^24 + 1 ("KoalaBear"). An element is an
 * integer in [0, p), held in 32-bit words.
 *
 * Why this field: elements fill a machine word that `Math.imul` multiplies, p - 1 has the factor 2^24
 * (transforms of any size used here), and a product modulo p needs no BigInt: the quotient is
 * estimated in a double, wrong by one at most, and the remainder is exact in 32 bits. A binary field
 * would pack payloads without loss, but has no carry-less product in JavaScript.
 */

/** p. */
export const PRIME = 0x7f000001;

/** log2 of the largest power of two that divides p - 1. */
const TWO_ADICITY = 24;

/** Generator of the multiplicative group: p - 1 = 2^24 * 127 and 3^((p-1)/2), 3^((p-1)/127) != 1. */
const GENERATOR = 3;

const INVERSE_OF_PRIME = 1 / PRIME;

/** a b mod p. */
export function multiply(a: number, b: number): number {
  const quotient = Math.floor(a * b * INVERSE_OF_PRIME);
  const rest = (Math.imul(a, b) - Math.imul(quotient, PRIME)) | 0; // in [-p, 2p), never both wrong
  if (rest < 0) return rest + PRIME;
  return rest >= PRIME ? rest - PRIME : rest;
}

/** base^exponent mod p, for an integer exponent in 0 .. 2^53. */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** 1/a mod p, for a != 0 (Fermat). */
export function invert(a: number): number {
  return power(a, PRIME - 2);
}

/** An element of order `order`, a power of two up to 2^24. */
export function rootOfUnity(order: number): number {
  if (!Number.isInteger(Math.log2(order)) || order > 2 ** TWO_ADICITY) {
    throw new RangeError(`order: expected a power of two up to 2^${TWO_ADICITY}, got ${order}`);
  }
  return power(GENERATOR, (PRIME - 1) / order);
}

/**
 * w/p as a double, rounded up: floor(b * quotientOf(w)) is floor(b w / p) or one more for every
 * b < p, so b w - quotient p lies in [-p, p) and is exact in 32 bits.
 */
export function quotientOf(w: number): number {
  return (w / PRIME) * (1 + 2 ** -50);
}
