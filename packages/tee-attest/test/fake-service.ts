/** A network, a clock and a cache for tests of the fetchers: nothing waits and nothing is random. */
import type { Answer, FetchClock, FetchFunction } from '../src/fetch.ts';

export type Reply = () => Response | Promise<Response>;

/** Time that only {@link FetchClock.sleep} moves. */
export interface FakeClock extends FetchClock {
  readonly slept: number[];
  /** Makes the time limit of the attempt underway pass. */
  expire(): void;
  advance(ms: number): void;
}

export function fakeClock(start: number = Date.parse('2026-06-01T00:00:00Z')): FakeClock {
  let now = start;
  let limit = new AbortController();
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
    timeout: () => {
      limit = new AbortController();
      return limit.signal;
    },
    random: () => 1,
    expire: () => limit.abort(new DOMException('late', 'TimeoutError')),
    advance: (ms) => {
      now += ms;
    },
  };
}

/** Sent requests, and a `fetch` that answers them one after the other; the last reply repeats. */
export function fakeFetch(...replies: readonly Reply[]): {
  readonly sent: { readonly url: string; readonly init: RequestInit }[];
  readonly fetch: FetchFunction;
} {
  const sent: { url: string; init: RequestInit }[] = [];
  return {
    sent,
    fetch: async (url, init) => {
      sent.push({ url, init });
      const reply = replies[Math.min(sent.length, replies.length) - 1];
      return reply!();
    },
  };
}

/** Answers by path; anything else is 404. */
export function fakeSite(pages: Readonly<Record<string, Reply>>): ReturnType<typeof fakeFetch> {
  const sent: { url: string; init: RequestInit }[] = [];
  return {
    sent,
    fetch: async (url, init) => {
      sent.push({ url, init });
      return pages[url]?.() ?? new Response(null, { status: 404 });
    },
  };
}

export const ok =
  (body: BodyInit | null = 'body', headers: Record<string, string> = {}): Reply =>
  () =>
    new Response(body, { headers });

export const status =
  (code: number, headers: Record<string, string> = {}): Reply =>
  () =>
    new Response('error', { status: code, headers });

export const down: Reply = () => Promise.reject(new TypeError('fetch failed'));

/** A cache that shows what it was told. */
export function plainCache(): {
  readonly held: Map<string, { answer: Answer; expiresAt: Date }>;
  get(key: string): Promise<Answer | undefined>;
  put(key: string, answer: Answer, expiresAt: Date): Promise<void>;
} {
  const held = new Map<string, { answer: Answer; expiresAt: Date }>();
  return {
    held,
    get: async (key) => held.get(key)?.answer,
    put: async (key, answer, expiresAt) => {
      held.set(key, { answer, expiresAt });
    },
  };
}
