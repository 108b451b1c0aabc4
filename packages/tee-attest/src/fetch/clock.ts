/** Time and chance as the network client uses them; tests bring their own. */

export interface FetchClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason if that is aborted before. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** Aborted after `ms`. */
  timeout(ms: number): AbortSignal;
  /** In [0, 1): spreads the retries of many clients. Not for secrets. */
  random(): number;
}

/** The platform's. */
export const SYSTEM_CLOCK: FetchClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    }),
  timeout: (ms) => AbortSignal.timeout(ms),
  random: () => Math.random(),
};
