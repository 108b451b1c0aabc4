/**
 * Products by one constant through look-ups. For a factor f the table T has 512 words so that
 *
 *   f * x = T[x & 255] ^ T[256 + (x >> 8)]
 *
 * where x is one symbol of GF(2^16), or two symbols of GF(2^8) beside each other: for those T[256 +
 * b] is T[b] << 8.
 */
import type { Field } from '../field.ts';

/** Words of a table. */
export const TABLE_WORDS = 512;

/** Fills T for f = exp[logFactor]: one product per bit, all other words by linearity. */
export function fillProductTable(
  table: Uint16Array,
  { bits, exp, log }: Field,
  logFactor: number,
): void {
  for (let bit = 0; bit < 16; bit++) {
    const low = bit & 7;
    const product =
      bits === 16
        ? exp[log[1 << bit]! + logFactor]!
        : exp[log[1 << low]! + logFactor]! << (bit - low);
    const start = bit < 8 ? 0 : 256;
    const span = 1 << low;
    for (let i = start; i < start + span; i++) table[i + span] = table[i]! ^ product;
  }
}
