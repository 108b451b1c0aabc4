/**
 * A stream mapped by an asynchronous function, in order, with a bounded number of items under way.
 * Results do not wait for later items to arrive.
 */

/** How `mapAhead` maps. `ahead` items are under way at most. */
export type MapAheadOptions<T, R> = {
  readonly map: (item: T) => Promise<R>;
  readonly ahead: number;
  readonly signal?: AbortSignal | undefined;
};

/** Results in the order of the items. Throws what `items` or `map` throws, or the signal's reason. */
export async function* mapAhead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  { map, ahead, signal }: MapAheadOptions<T, R>,
): AsyncGenerator<R, void, undefined> {
  const iterator = iteratorOf(items);
  const abortion = rejectionOf(signal);
  const pending: Promise<R>[] = [];
  let upcoming: Promise<IteratorResult<T>> | undefined = quiet(iterator.next());
  try {
    while (upcoming !== undefined || pending.length > 0) {
      const events: Promise<{ result: R } | { item: IteratorResult<T> }>[] = [abortion.promise];
      if (pending.length > 0) events.push(pending[0]!.then((result) => ({ result })));
      if (upcoming !== undefined && pending.length < ahead) {
        events.push(upcoming.then((item) => ({ item })));
      }
      const event = await Promise.race(events);
      if ('result' in event) {
        pending.shift();
        yield event.result;
      } else if (event.item.done === true) {
        upcoming = undefined;
      } else {
        pending.push(quiet(map(event.item.value)));
        upcoming = quiet(iterator.next());
      }
    }
  } finally {
    abortion.stop();
    // Not awaited: an iterator that waits for a peer would hold its consumer up.
    quiet(Promise.resolve(iterator.return?.()));
  }
}

function iteratorOf<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> {
  if (Symbol.asyncIterator in items) return items[Symbol.asyncIterator]();
  const iterator = items[Symbol.iterator]();
  return {
    next: async () => iterator.next(),
    return: async () => iterator.return?.() ?? { done: true, value: undefined },
  };
}

/** A promise that rejects with the signal's reason, until stopped. */
function rejectionOf(signal: AbortSignal | undefined): {
  readonly promise: Promise<never>;
  readonly stop: () => void;
} {
  let stop = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    stop = () => signal?.removeEventListener('abort', abort);
  });
  return { promise: quiet(promise), stop };
}

/** The same promise, whose rejection may stay without a listener. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
