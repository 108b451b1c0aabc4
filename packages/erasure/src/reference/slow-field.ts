/**
 * The fields by their definitions, slow and obvious: no logarithms. Elements of a Cantor basis are
 * turned into polynomials and back by solving nothing but a table of all elements.
 */

/** Multiplication and inversion of numbers that stand for field elements. */
export interface SlowField {
  readonly bits: number;
  multiply(left: number, right: number): number;
  /** Throws for 0. */
  invert(value: number): number;
}

/** GF(2^8) mod 0x11D, bit j is x^j. */
export const GF8: SlowField = /* @__PURE__ */ fieldOver(0x11d, [1, 2, 4, 8, 16, 32, 64, 128]);

/** GF(2^8) mod 0x11D in the Cantor basis of catid/leopard `LeopardFF8.cpp`. */
export const CANTOR8: SlowField = /* @__PURE__ */ fieldOver(
  0x11d,
  [1, 214, 152, 146, 86, 200, 88, 230],
);

/** GF(2^16) mod 0x1002D in the Cantor basis of catid/leopard `LeopardFF16.cpp`. */
export const CANTOR16: SlowField = /* @__PURE__ */ fieldOver(
  0x1002d,
  [
    0x0001, 0xacca, 0x3c0e, 0x163e, 0xc582, 0xed2e, 0x914c, 0x4012, 0x6c98, 0x10d8, 0x6a72, 0xb900,
    0xfdb8, 0xfb34, 0xff38, 0x991e,
  ],
);

/**
 * Product of polynomials over GF(2): add `left` shifted by each set bit of `right`, reducing on the
 * way.
 */
export function multiplyPolynomials(left: number, right: number, modulus: number): number {
  const top = 2 ** (31 - Math.clz32(modulus));
  let product = 0;
  for (let bit = 1; bit < top; bit *= 2) {
    if (right & bit) product ^= left;
    left *= 2;
    if (left & top) left ^= modulus;
  }
  return product;
}

function fieldOver(modulus: number, basis: readonly number[]): SlowField {
  const toPolynomial = (element: number): number =>
    basis.reduce((sum, power, j) => ((element >> j) & 1 ? sum ^ power : sum), 0);
  let names: Uint32Array | undefined;
  const fromPolynomial = (polynomial: number): number => {
    if (names === undefined) {
      names = new Uint32Array(2 ** basis.length);
      for (let element = 0; element < names.length; element++) {
        names[toPolynomial(element)] = element;
      }
    }
    return names[polynomial]!;
  };
  const multiply = (left: number, right: number): number =>
    fromPolynomial(multiplyPolynomials(toPolynomial(left), toPolynomial(right), modulus));
  return {
    bits: basis.length,
    multiply,
    invert(value) {
      if (value === 0) throw new RangeError('0 has no inverse');
      // value^(2^bits - 2): the product of value^(2^j) over j = 1..bits-1
      let inverse = 1;
      let square = value;
      for (let j = 1; j < basis.length; j++) {
        square = multiply(square, square);
        inverse = multiply(inverse, square);
      }
      return inverse;
    },
  };
}
