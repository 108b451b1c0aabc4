/** Work done at once whose failures are told in a fixed order, so that a refusal is reproducible. */

/** The values of all promises, or the rejection of the first in the list (not in time). */
export async function allInOrder<const Promises extends readonly Promise<unknown>[]>(
  promises: Promises,
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
  const outcomes = await Promise.allSettled(promises);
  const values = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  return values as { -readonly [Index in keyof Promises]: Awaited<Promises[Index]> };
}
