/**
 * Transforms over the prime field, on rows: a matrix of `size` rows of `width` words at one place of
 * a `Lanes` memory, every column transformed alike. Sizes are powers of two.
 *
 * Node (l, b) of the product tree of x^N - 1 is x^(N/2^l) - c with c = w_(2^l)^(brp_l(b)); its halves
 * are x^(N/2^(l+1)) -+ s_b, s_b = w_(2 2^l)^(brp_l(b)), which depends on b alone. So a polynomial of
 * fewer than `size` coefficients, reduced down from node (log2(N/size), block), gives its values at the
 * points x_i = w_N^(brp_N(i)), i = size*block .. size*(block+1)-1, in that order (Kyber's order of
 * twiddles; the column points of da-review.md §1.3(6)).
 */
import { type Factor, factorOf, type Lanes } from './lanes.ts';
import { invert, multiply, PRIME, rootOfUnity } from './prime-field.ts';

/** A matrix in a memory, and which points of the domain its rows are or become. */
export type RowMatrix = {
  readonly at: number;
  readonly size: number;
  /** Words of a row, a multiple of 4. */
  readonly width: number;
  /** 0: the first `size` points, 1: the next, .. */
  readonly block: number;
};

/** Coefficients to values, in place. size/2 * log2(size) * width products. */
export function toValues(lanes: Lanes, { at, size, width, block }: RowMatrix): void {
  const { forward } = twiddlesFor(size * (block + 1));
  let b = block;
  for (let rows = size; rows > 1; rows /= 2, b *= 2) {
    const count = (rows / 2) * width;
    for (let pair = 0; pair < size / rows; pair++) {
      const low = at + 2 * pair * count;
      lanes.split({ low, high: low + count, count }, forward[b + pair]!);
    }
  }
}

/** Values to `size` times the coefficients, in place: the inverse of `toValues` up to that factor. */
export function toScaledCoefficients(lanes: Lanes, { at, size, width, block }: RowMatrix): void {
  const { inverse } = twiddlesFor(size * (block + 1));
  let b = (block * size) / 2;
  for (let rows = 2; rows <= size; rows *= 2, b /= 2) {
    const count = (rows / 2) * width;
    for (let pair = 0; pair < size / rows; pair++) {
      const low = at + 2 * pair * count;
      lanes.join({ low, high: low + count, count }, inverse[b + pair]!);
    }
  }
}

/** The point x_index = w_N^(brp_N(index)); any N above index gives the same. */
export function columnPoint(index: number): number {
  if (index === 0) return 1;
  // x_2b = s_b and x_(2b+1) = -s_b: the halves of node b one level above.
  const s = twiddlesFor(index + 1).forward[index >> 1]!.value;
  return index % 2 === 0 ? s : PRIME - s;
}

/** s_b and 1/s_b. */
type Twiddles = { readonly forward: readonly Factor[]; readonly inverse: readonly Factor[] };

/** For the largest size asked for so far: rows are counted in 16 bits, so 32,768 at most. */
let known: Twiddles = { forward: [], inverse: [] };

/** For all nodes b below `points`/2. */
function twiddlesFor(points: number): Twiddles {
  if (known.forward.length < points / 2) known = makeTwiddles(points);
  return known;
}

function makeTwiddles(points: number): Twiddles {
  const count = Math.max(1, 2 ** Math.ceil(Math.log2(points)) / 2);
  const forward = [1];
  const inverse = [1];
  // brp(b + h) = brp(b) + one bit for b < h: s_(b+h) = s_b * w_4h.
  for (let h = 1; h < count; h *= 2) {
    const root = rootOfUnity(4 * h);
    const inverseRoot = invert(root);
    for (let b = 0; b < h; b++) {
      forward.push(multiply(forward[b]!, root));
      inverse.push(multiply(inverse[b]!, inverseRoot));
    }
  }
  return { forward: forward.map(factorOf), inverse: inverse.map(factorOf) };
}
