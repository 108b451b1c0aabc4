/**
 * The pairing equation prod_i e(P_i, Q_i) = 1 with fixed Q_i in G2. The Miller line coefficients of
 * each Q_i are computed once (they do not depend on P_i), squarings and the final exponentiation
 * are shared by all pairs. Arithmetic from @noble/curves.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import type { Point } from './g1.ts';

/** The Miller lines of a fixed point of G2. */
export type G2Lines = ReturnType<typeof bls12_381.utils.calcPairingPrecomputes>;

/** The Miller lines of a point of G2, about 3 ms. */
export function prepareG2(point: InstanceType<typeof bls12_381.G2.Point>): G2Lines {
  return bls12_381.utils.calcPairingPrecomputes(point);
}

/** Whether prod e(P_i, Q_i) = 1; pairs with P_i = infinity contribute the factor 1. */
export function pairingsCancel(pairs: readonly (readonly [Point, G2Lines])[]): boolean {
  const { Fp12 } = bls12_381.fields;
  const finite = pairs.filter(([point]) => point.y !== 0n);
  const value = bls12_381.millerLoopBatch(finite.map(([{ x, y }, lines]) => [lines, x, y]));
  return Fp12.eql(Fp12.finalExponentiate(value), Fp12.ONE);
}
