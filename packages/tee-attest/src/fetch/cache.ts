/** Answers kept for later, by key. */
import type { Answer } from './answer.ts';

/** Keeps answers. It may forget any of them at any time. */
export interface CollateralCache {
  get(key: string): Promise<Answer | undefined>;
  /** `expiresAt`: from when on the answer is of no use any more, not even as a stale one. */
  put(key: string, answer: Answer, expiresAt: Date): Promise<void>;
}

/** How much a cache in memory holds. */
export interface MemoryCacheBounds {
  /** Default: 256. */
  readonly maxAnswers?: number;
  /** Bytes of bodies. Default: 16 MiB. */
  readonly maxBytes?: number;
}

const DEFAULT_ANSWERS = 256;
const DEFAULT_BYTES = 16 * 1_048_576;

/**
 * A cache in memory: the answer used longest ago goes first. A body longer than `maxBytes` is not
 * kept. Bodies are copied in and out.
 * @throws RangeError if a bound is no positive integer.
 */
export function memoryCache({
  maxAnswers = DEFAULT_ANSWERS,
  maxBytes = DEFAULT_BYTES,
}: MemoryCacheBounds = {}): CollateralCache {
  for (const [name, bound] of Object.entries({ maxAnswers, maxBytes })) {
    if (!Number.isSafeInteger(bound) || bound < 1)
      throw new RangeError(`${name}: expected a positive integer, got ${bound}`);
  }
  const held = new Map<string, Answer>();
  let bytes = 0;
  const forget = (key: string): void => {
    bytes -= held.get(key)?.body.length ?? 0;
    held.delete(key);
  };
  return {
    async get(key) {
      const answer = held.get(key);
      if (answer === undefined) return undefined;
      held.delete(key);
      held.set(key, answer);
      return { ...answer, body: Uint8Array.from(answer.body) };
    },
    async put(key, answer) {
      forget(key);
      if (answer.body.length > maxBytes) return;
      held.set(key, { ...answer, body: Uint8Array.from(answer.body) });
      bytes += answer.body.length;
      for (const oldest of held.keys()) {
        if (held.size <= maxAnswers && bytes <= maxBytes) break;
        forget(oldest);
      }
    },
  };
}
