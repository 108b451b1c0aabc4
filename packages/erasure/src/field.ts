/**
 * The field GF(2^8) = GF(2)[x] / (x^8 + x^4 + x^3 + x^2 + 1), reduction polynomial 0x11D, which
 * Backblaze, klauspost/reedsolomon, ISA-L and Rust reed-solomon-erasure share. Addition is XOR.
 * The generator is x = 2, of order 255; products are sums of logarithms to that base.
 */

/** x^8 + x^4 + x^3 + x^2 + 1 as bits (klauspost/reedsolomon `galois.go`, `generatingPolynomial`). */
const POLYNOMIAL = 0x11d;
/** Order of the multiplicative group. */
export const GROUP_ORDER = 255;

/** `exp[i]` = 2^i for i in 0..509 (two periods); `log[exp[i]]` = i mod 255; `log[0]` is meaningless. */
export interface FieldTables {
  readonly exp: Uint8Array;
  readonly log: Uint8Array;
}

let tables: FieldTables | undefined;

/** The logarithm tables (766 bytes), built on first use. */
export function fieldTables(): FieldTables {
  if (tables === undefined) {
    const exp = new Uint8Array(2 * GROUP_ORDER);
    const log = new Uint8Array(256);
    let power = 1;
    for (let i = 0; i < GROUP_ORDER; i++) {
      exp[i] = power;
      exp[i + GROUP_ORDER] = power;
      log[power] = i;
      power <<= 1;
      if (power > 255) power ^= POLYNOMIAL;
    }
    tables = { exp, log };
  }
  return tables;
}

/** The product of two field elements (bytes). */
export function multiply(left: number, right: number): number {
  if (left === 0 || right === 0) return 0;
  const { exp, log } = fieldTables();
  return exp[log[left]! + log[right]!]!;
}
