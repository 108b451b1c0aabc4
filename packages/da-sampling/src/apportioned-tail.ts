/**
 * The tail of a coalition's seats for a given stake distribution, where apportionment leaves R of the n
 * seats to chance (`committee.ts`; da-review.md §3).
 *
 * A coalition with share p of the stake has F whole seats for certain and wins each residual draw with
 * probability phi / R, phi = n p - F. So its seats are F + Binomial(R, phi / R), exactly. Which F it
 * can reach depends on whom it corrupts; the bound takes the worst integer F. With R = n it is the
 * binomial tail that holds for every distribution; with few residual seats it is far below it, and
 * often 0.
 */
import { binomialTailLog2, type Share } from './tails.ts';

/** R: seats that are drawn and not dealt for certain. 0 if nobody has stake. O(V). */
export function residualSeats(stakes: readonly bigint[], seats: number): number {
  const total = stakes.reduce((sum, stake) => sum + stake, 0n);
  if (total === 0n) return 0;
  const n = BigInt(seats);
  return Number(stakes.reduce((sum, stake) => sum + ((n * stake) % total), 0n) / total);
}

/**
 * log2 of the most probable way for a coalition with `share` of the stake to get `from` of the n seats
 * or more, `residual` of which are drawn; -Infinity if none can. O(residual^2).
 */
export function apportionedTailLog2(
  n: number,
  options: { readonly residual: number; readonly share: Share; readonly from: number },
): number {
  const { residual, share, from } = options;
  if (!Number.isInteger(residual) || residual < 0 || residual > n) {
    throw new RangeError(`residual: expected 0 to ${n}, got ${residual}`);
  }
  const mean = BigInt(n) * share.numerator; // n p in units of 1 / share.denominator
  const most = Number(mean / share.denominator);
  if (residual === 0) return from <= most ? 0 : -Infinity;
  const all = BigInt(residual) * share.denominator; // R in the same units
  const least = mean > all ? Number((mean - all + share.denominator - 1n) / share.denominator) : 0;
  let worst = -Infinity;
  for (let certain = least; certain <= most; certain++) {
    const drawn = mean - BigInt(certain) * share.denominator; // phi
    const chance = { numerator: drawn, denominator: all };
    worst = Math.max(worst, binomialTailLog2(residual, { share: chance, from: from - certain }));
  }
  return worst;
}
