/**
 * Which symbols of one column are wrong: Berlekamp-Massey decoding of a generalised Reed-Solomon
 * code (R. E. Blahut, "Algebraic Codes for Data Transmission", 2003, ch. 7).
 *
 * Notation of `evaluation-code.ts`; S are the points of n shards at hand, c_i their symbols. For a
 * codeword sum_i c_i x_i^j / (v_i P_S(x_i)) = 0 for every j < n - k, because it is the leading
 * coefficient of the interpolation of x^j p(x), a polynomial of degree below n - 1. So errors alone
 * make the syndromes
 *
 *   S_j = sum over wrong i of E_i x_i^j,     E_i = error_i / (v_i P_S(x_i))
 *
 * whose shortest linear recurrence has the wrong x_i as the roots of its characteristic polynomial
 * (also x_i = 0), if there are at most half as many of them as syndromes.
 */
import type { EvaluationCode } from './evaluation-code.ts';
import { type Field, multiply } from './field.ts';
import { logProducts } from './log-products.ts';

/**
 * Positions in `indices` whose symbols are wrong, if at most `maxErrors` are; undefined if no such
 * set explains the symbols. `maxErrors` is at most half of indices.length - k.
 */
export function findWrongSymbols(
  code: EvaluationCode,
  column: {
    readonly indices: readonly number[];
    readonly symbols: ArrayLike<number>;
    readonly maxErrors: number;
  },
): number[] | undefined {
  const { indices, maxErrors } = column;
  const { field } = code;
  const points = indices.map((index) => code.points[index]!);
  const syndromes = syndromesOf(code, column);
  const recurrence = shortestRecurrence(field, syndromes);
  const degree = recurrence.length - 1;
  if (degree > maxErrors) return undefined;
  const wrong = indices.map((_, i) => i).filter((i) => isRoot(field, recurrence, points[i]!));
  return wrong.length === degree ? wrong : undefined;
}

function syndromesOf(
  code: EvaluationCode,
  column: Parameters<typeof findWrongSymbols>[1],
): Uint16Array {
  const { indices, symbols, maxErrors } = column;
  const { exp, log, order } = code.field;
  const points = Uint16Array.from(indices, (index) => code.points[index]!);
  const products = logProducts(code.field, points, points);
  const syndromes = new Uint16Array(2 * maxErrors);
  indices.forEach((index, i) => {
    const symbol = symbols[i]!;
    if (symbol === 0) return;
    let exponent = log[symbol]! - code.logScales[index]! - products[i]! + 2 * order;
    exponent %= order;
    // x^0 = 1, also for x = 0.
    syndromes[0] = syndromes[0]! ^ exp[exponent]!;
    if (points[i] === 0) return;
    for (let j = 1; j < syndromes.length; j++) {
      exponent += log[points[i]!]!;
      if (exponent >= order) exponent -= order;
      syndromes[j] = syndromes[j]! ^ exp[exponent]!;
    }
  });
  return syndromes;
}

/**
 * Berlekamp-Massey: coefficients c_0 = 1, c_1, .. c_L with sum_i c_i S_(j-i) = 0 for all j >= L, L
 * least. O(syndromes^2).
 */
function shortestRecurrence(field: Field, syndromes: Uint16Array): Uint16Array {
  const { exp, log, order } = field;
  let current = new Uint16Array(syndromes.length + 1);
  let length = 0;
  // The recurrence before the last change of length, its discrepancy, and the steps since.
  let previous = new Uint16Array(syndromes.length + 1);
  let previousDiscrepancy = 1;
  let gap = 1;
  current[0] = 1;
  previous[0] = 1;
  for (let j = 0; j < syndromes.length; j++) {
    let discrepancy = 0;
    for (let i = 0; i <= length; i++)
      discrepancy ^= multiply(field, current[i]!, syndromes[j - i]!);
    if (discrepancy === 0) {
      gap++;
      continue;
    }
    const factor = exp[log[discrepancy]! + order - log[previousDiscrepancy]!]!;
    const next = current.slice();
    for (let i = gap; i < next.length; i++) {
      next[i] = next[i]! ^ multiply(field, factor, previous[i - gap]!);
    }
    if (2 * length <= j) {
      length = j + 1 - length;
      previous = current;
      previousDiscrepancy = discrepancy;
      gap = 1;
    } else gap++;
    current = next;
  }
  return current.slice(0, length + 1);
}

/** Whether x^L + c_1 x^(L-1) + .. + c_L is 0. */
function isRoot(field: Field, recurrence: Uint16Array, point: number): boolean {
  let value = 0;
  for (const coefficient of recurrence) value = multiply(field, value, point) ^ coefficient;
  return value === 0;
}
