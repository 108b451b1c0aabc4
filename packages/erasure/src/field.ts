/**
 * The three fields of the codecs. Elements are numbers below 2^bits, addition is XOR, products are
 * sums of logarithms. A field is fixed by its reduction polynomial and by what the bits of a number
 * stand for:
 *
 *   gf8      GF(2^8), 0x11D, bit j is x^j: Backblaze, klauspost/reedsolomon, ISA-L, Rust
 *            reed-solomon-erasure.
 *   cantor8  GF(2^8) with 0x11D, and
 *   cantor16 GF(2^16) with 0x1002D, bit j is b_j of a Cantor basis: b_0 = 1, b_j^2 + b_j = b_(j-1)
 *            (catid/leopard `LeopardFF8.cpp`, `LeopardFF16.cpp`, `kCantorBasis`; D. G. Cantor, "On
 *            arithmetical algorithms over finite fields", 1989).
 *
 * In a Cantor basis the map x -> x^2 + x shifts the bits of x down by one place. That is what makes
 * Leopard's transform simple: see `js/transform.ts`.
 */
import type { Codec } from './engine.ts';

/** A field through its logarithms; `exp[log[a] + log[b]]` is the product of a and b, neither 0. */
export interface Field {
  /** Bits per element: 8 or 16. */
  readonly bits: number;
  /** Order of the multiplicative group, 2^bits - 1. */
  readonly order: number;
  /** g^i for i in 0..2 * order - 1 (two periods), for a generator g. */
  readonly exp: Uint16Array;
  /** `log[exp[i]]` = i for i < order; `log[0]` is meaningless. */
  readonly log: Uint16Array;
}

interface FieldDefinition {
  readonly polynomial: number;
  /** What bit j stands for, as a polynomial over GF(2). */
  readonly basis: readonly number[];
}

export type FieldName = 'gf8' | 'cantor8' | 'cantor16';

const DEFINITIONS: Readonly<Record<FieldName, FieldDefinition>> = {
  gf8: { polynomial: 0x11d, basis: [1, 2, 4, 8, 16, 32, 64, 128] },
  cantor8: { polynomial: 0x11d, basis: [1, 214, 152, 146, 86, 200, 88, 230] },
  cantor16: {
    polynomial: 0x1002d,
    basis: [
      0x0001, 0xacca, 0x3c0e, 0x163e, 0xc582, 0xed2e, 0x914c, 0x4012, 0x6c98, 0x10d8, 0x6a72,
      0xb900, 0xfdb8, 0xfb34, 0xff38, 0x991e,
    ],
  },
};

const built = /* @__PURE__ */ new Map<FieldName, Field>();

/** The tables of a field, built on first use: 1.5 KiB for 8 bits, 384 KiB and about 2 ms for 16. */
export function field(name: FieldName): Field {
  const known = built.get(name) ?? buildField(DEFINITIONS[name]);
  built.set(name, known);
  return known;
}

/** The field in which a codec computes. */
export function fieldOf(codec: Codec): Field {
  if (codec === 'leopard-ff8') return field('cantor8');
  return field(codec.startsWith('leopard') ? 'cantor16' : 'gf8');
}

/** The product of two elements. */
export function multiply({ exp, log }: Field, left: number, right: number): number {
  return left === 0 || right === 0 ? 0 : exp[log[left]! + log[right]!]!;
}

/** Steps through the powers of x, and renames each from its polynomial to its coordinates. */
function buildField({ polynomial, basis }: FieldDefinition): Field {
  const bits = basis.length;
  const order = 2 ** bits - 1;
  const name = new Uint16Array(order + 1);
  let span = 1;
  const polynomials = new Uint16Array(order + 1);
  for (const element of basis) {
    for (let low = 0; low < span; low++) {
      polynomials[span + low] = polynomials[low]! ^ element;
      name[polynomials[span + low]!] = span + low;
    }
    span *= 2;
  }
  const exp = new Uint16Array(2 * order);
  const log = new Uint16Array(order + 1);
  let power = 1;
  for (let i = 0; i < order; i++) {
    const element = name[power]!;
    exp[i] = element;
    exp[i + order] = element;
    log[element] = i;
    power *= 2;
    if (power > order) power ^= polynomial;
  }
  return { bits, order, exp, log };
}
