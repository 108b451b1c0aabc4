/**
 * Naming the invalid entries of a batch by bisection. The idea of checking a weighted combination is
 * Bellare, Garay and Rabin, "Fast batch verification" (1998), small exponents test; for BLS:
 * https://ethresear.ch/t/fast-verification-of-multiple-bls-signatures/5407.
 */

/** Two ways to check entries: many at once with an error of 2^-128, and one exactly. */
export interface BatchChecks {
  many(indices: readonly number[]): boolean;
  one(index: number): boolean;
}

/**
 * The ascending members of `indices` that are invalid. Every member returned failed its own check.
 * A half whose sibling held is known to contain the fault and is split without asking again.
 */
export function findInvalid(indices: readonly number[], checks: BatchChecks): number[] {
  if (indices.length <= 1) return checkEach(indices, checks);
  if (checks.many(indices)) return [];
  const invalid = split(indices, checks);
  // Empty only if a combination held by chance (2^-128) or because the weights were predictable.
  return invalid.length > 0 ? invalid : checkEach(indices, checks);
}

/** The invalid members of `indices`, whose combination is known to fail. */
function split(indices: readonly number[], checks: BatchChecks): number[] {
  if (indices.length === 1) return checkEach(indices, checks);
  const middle = indices.length >> 1;
  const first = indices.slice(0, middle);
  const second = indices.slice(middle);
  const invalid = holds(first, checks) ? [] : split(first, checks);
  if (invalid.length > 0 && holds(second, checks)) return invalid;
  return [...invalid, ...split(second, checks)];
}

function holds(indices: readonly number[], checks: BatchChecks): boolean {
  return indices.length > 1 && checks.many(indices);
}

function checkEach(indices: readonly number[], checks: BatchChecks): number[] {
  return indices.filter((index) => !checks.one(index));
}
