/**
 * The client over the network: answers from a cache while they are new, equal requests sent once,
 * failed ones again after a growing and jittered delay or after what `Retry-After` says.
 *
 * Nothing is trusted for having been fetched: signatures, dates and hashes are the verifiers' work,
 * so that any proxy or cache may answer. The one exception is the key set of NVIDIA's attestation
 * service, which is trusted for its address.
 */
import { TeeError } from '../errors.ts';
import type { Answer, AnswerRequest, CollateralClient, ServedAnswer } from './answer.ts';
import { AttemptError, attempt, type FetchFunction } from './attempt.ts';
import { type CollateralCache, memoryCache } from './cache.ts';
import { type FetchClock, SYSTEM_CLOCK } from './clock.ts';

/** How a client works. All have defaults. */
export interface ClientOptions {
  /** Default: the platform's. */
  readonly fetch?: FetchFunction;
  /** Default: {@link memoryCache} with its default bounds. */
  readonly cache?: CollateralCache;
  readonly clock?: FetchClock;
  /** Ends all requests of this client. */
  readonly signal?: AbortSignal;
  /** Time for one attempt, its body included. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Attempts per request, at most. Default: 4. */
  readonly attempts?: number;
  /** Delay after the first failure, doubled after each further one. Default: 500. */
  readonly backoffMs?: number;
  /** Longest delay; a service that asks for a longer one is not asked again. Default: 30,000. */
  readonly maxDelayMs?: number;
  /** How long beyond `maxAgeMs` an answer may be given when the service fails. Default: 0, never. */
  readonly staleMs?: number;
  /** Requests at a time. Default: 4. */
  readonly concurrency?: number;
}

/** Requests that may wait for others; one more is refused with `fetch_failed`. */
export const MAX_WAITING_REQUESTS = 256;

const DEFAULTS = {
  timeoutMs: 10_000,
  attempts: 4,
  backoffMs: 500,
  maxDelayMs: 30_000,
  staleMs: 0,
  concurrency: 4,
} as const;

/**
 * A client over the network. A request takes at most `attempts` times `timeoutMs` and the delays
 * between them, beside waiting for its turn.
 * @throws RangeError if a number is negative or none, or `attempts` or `concurrency` is below 1.
 */
export function createClient(options: ClientOptions = {}): CollateralClient {
  const limits = { ...DEFAULTS, ...options };
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    const least = name === 'attempts' || name === 'concurrency' ? 1 : 0;
    if (!Number.isSafeInteger(limits[name]) || limits[name] < least)
      throw new RangeError(`${name}: expected an integer from ${least}, got ${limits[name]}`);
  }
  const { clock = SYSTEM_CLOCK, cache = memoryCache(), signal } = options;
  const fetch: FetchFunction = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const inTurn = turnstile(limits.concurrency);
  const underway = new Map<string, Promise<ServedAnswer>>();

  const send = (request: AnswerRequest): Promise<Answer> =>
    inTurn(async () => {
      for (let failures = 0; ; ) {
        try {
          const answer = await attempt(request, { ...limits, fetch, clock, signal });
          request.check?.(answer);
          return answer;
        } catch (error) {
          const delayMs = delayAfter(error, ++failures, { ...limits, clock });
          if (delayMs === undefined) throw error;
          await clock.sleep(delayMs, signal);
        }
      }
    });

  const answer = async (request: AnswerRequest): Promise<ServedAnswer> => {
    const { key, maxAgeMs } = request;
    const known = await cache.get(key);
    const ageMs = known === undefined ? Number.NaN : clock.now() - known.fetchedAt.getTime();
    if (known !== undefined && ageMs >= 0 && ageMs < maxAgeMs) return { ...known, stale: false };
    try {
      const fresh = await send(request);
      const expiresAt = new Date(fresh.fetchedAt.getTime() + maxAgeMs + limits.staleMs);
      await cache.put(key, fresh, expiresAt);
      return { ...fresh, stale: false };
    } catch (error) {
      const usable = ageMs >= 0 && ageMs < maxAgeMs + limits.staleMs;
      if (known === undefined || !usable || !isOutage(error)) throw error;
      return { ...known, stale: true };
    }
  };

  return {
    async get(request) {
      if (request.maxAgeMs === 0) return { ...(await send(request)), stale: false };
      const shared = underway.get(request.key);
      if (shared !== undefined) {
        const answer = await shared;
        return { ...answer, body: Uint8Array.from(answer.body) };
      }
      const own = answer(request).finally(() => underway.delete(request.key));
      underway.set(request.key, own);
      return own;
    },
  };
}

/** How long to wait before the next attempt, or undefined if there must be none. */
function delayAfter(
  error: unknown,
  failures: number,
  {
    attempts,
    backoffMs,
    maxDelayMs,
    clock,
  }: {
    readonly attempts: number;
    readonly backoffMs: number;
    readonly maxDelayMs: number;
    readonly clock: FetchClock;
  },
): number | undefined {
  if (failures >= attempts || !isOutage(error)) return undefined;
  const asked = error instanceof AttemptError ? (error.retryAfterMs ?? 0) : 0;
  if (asked > maxDelayMs) return undefined;
  const jittered = backoffMs * 2 ** (failures - 1) * (0.5 + clock.random() / 2);
  return Math.max(asked, Math.min(maxDelayMs, jittered));
}

/** Failures that say nothing about what was asked for. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof TeeError)) return false;
  const { code, actual } = error;
  if (code === 'fetch_status') return /^(?:408|5\d\d)$/.test(actual ?? '');
  return code === 'fetch_failed' || code === 'fetch_timeout' || code === 'fetch_rate_limited';
}

/** Lets `concurrency` works run at a time, in the order in which they came. */
function turnstile(concurrency: number): <Value>(work: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= MAX_WAITING_REQUESTS)
        throw new TeeError('fetch_failed', `more than ${MAX_WAITING_REQUESTS} requests wait`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      // The turn passes on to the next one waiting, so that `running` stays as it is.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
