/** Concurrency with a bound: many tasks, at most `limit` under way. */

/** Runs `task` over all items, `limit` at a time, keeping the order. Rejects with the first failure. */
export async function mapBounded<T, R>(
  items: readonly T[],
  { limit, task }: { limit: number; task: (item: T, index: number) => Promise<R> },
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
