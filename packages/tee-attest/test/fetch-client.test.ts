import { describe, expect, it } from 'vitest';
import { TeeError } from '../src/errors.ts';
import {
  type AnswerRequest,
  type ClientOptions,
  createClient,
  MAX_WAITING_REQUESTS,
  memoryCache,
  SYSTEM_CLOCK,
} from '../src/fetch.ts';
import { down, fakeClock, fakeFetch, ok, plainCache, type Reply, status } from './fake-service.ts';

const REQUEST: AnswerRequest = {
  key: 'x',
  url: 'https://example.org/x',
  maxBytes: 16,
  maxAgeMs: 1000,
};

function setUp(replies: readonly Reply[], options: ClientOptions = {}) {
  const clock = fakeClock();
  const { fetch, sent } = fakeFetch(...replies);
  return { clock, sent, client: createClient({ fetch, clock, ...options }) };
}

const failure = (code: string) => expect.objectContaining({ name: 'TeeError', code });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('a client', () => {
  it('gives the body, the headers asked for, and when it was fetched', async () => {
    const { client, clock, sent } = setUp([ok('hello', { 'X-Chain': 'a', other: 'b' })]);
    const answer = await client.get({ ...REQUEST, headers: ['x-chain', 'x-absent'] });
    expect(text(answer.body)).toBe('hello');
    expect(answer).toMatchObject({ headers: { 'x-chain': 'a' }, stale: false });
    expect(Object.keys(answer.headers)).toEqual(['x-chain']);
    expect(answer.fetchedAt.getTime()).toBe(clock.now());
    expect(sent[0]).toMatchObject({ url: REQUEST.url, init: { method: 'GET' } });
  });

  it('asks again after failures that may pass, waiting longer each time, and then gives up', async () => {
    for (const [reply, code] of [
      [down, 'fetch_failed'],
      [status(429), 'fetch_rate_limited'],
      [status(408), 'fetch_status'],
      [status(500), 'fetch_status'],
      [status(503), 'fetch_status'],
    ] as const) {
      const { client, clock, sent } = setUp([reply]);
      await expect(client.get(REQUEST)).rejects.toThrow(failure(code));
      expect(sent).toHaveLength(4);
      expect(clock.slept).toEqual([500, 1000, 2000]);
    }
    const { client, sent } = setUp([down, status(502), ok()]);
    expect(text((await client.get(REQUEST)).body)).toBe('body');
    expect(sent).toHaveLength(3);
  });

  it('asks once where the answer is final', async () => {
    for (const [reply, code] of [
      [status(404), 'fetch_not_found'],
      [status(400), 'fetch_status'],
      [status(403), 'fetch_status'],
      [status(206), 'fetch_status'],
      [ok('seventeen bytes!!'), 'fetch_too_large'],
    ] as const) {
      const { client, clock, sent } = setUp([reply]);
      await expect(client.get(REQUEST)).rejects.toThrow(failure(code));
      expect([sent.length, clock.slept.length]).toEqual([1, 0]);
    }
  });

  it('waits as long as the service asks, and not at all if that is too long', async () => {
    const date = new Date(fakeClock().now() + 7000).toUTCString();
    for (const [header, delay] of [
      ['3', 3000],
      ['0', 500],
      [date, 7000],
      ['soon', 500],
      ['30', 30_000],
    ] as const) {
      const { client, clock } = setUp([status(429, { 'retry-after': header }), ok()]);
      await client.get(REQUEST);
      expect(clock.slept).toEqual([delay]);
    }
    const { client, sent } = setUp([status(429, { 'retry-after': '31' }), ok()]);
    await expect(client.get(REQUEST)).rejects.toThrow(failure('fetch_rate_limited'));
    expect(sent).toHaveLength(1);
  });

  it('spreads its delays by chance and bounds them', async () => {
    const clock = { ...fakeClock(), random: () => 0 };
    const slow = setUp([down], { clock, attempts: 9, maxDelayMs: 4000 });
    await expect(slow.client.get(REQUEST)).rejects.toThrow(TeeError);
    expect(clock.slept).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000, 4000]);
  });

  it('stops reading at the bound, however much would come, and cancels the rest', async () => {
    let pulled = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pulled++;
          controller.enqueue(new Uint8Array(10));
        },
        cancel: () => {
          cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    const { client } = setUp([ok(endless)]);
    await expect(client.get(REQUEST)).rejects.toThrow(failure('fetch_too_large'));
    expect([pulled, cancelled]).toEqual([2, true]);
    const exact = setUp([ok('sixteen bytes ok')]);
    expect((await exact.client.get(REQUEST)).body).toHaveLength(16);
    const header = setUp([ok('', { chain: 'a'.repeat(17) })]);
    const withHeader = { ...REQUEST, headers: ['chain'] };
    await expect(header.client.get(withHeader)).rejects.toThrow(failure('fetch_too_large'));
  });

  it('ends an attempt at its time limit, also where fetch does not look at its signal', async () => {
    const clock = fakeClock();
    let asked = 0;
    const fetch = () => {
      asked++;
      queueMicrotask(() => clock.expire());
      return new Promise<Response>(() => {});
    };
    const client = createClient({ fetch, clock, attempts: 2 });
    await expect(client.get(REQUEST)).rejects.toThrow(failure('fetch_timeout'));
    expect(asked).toBe(2);
  });

  it('ends with the reason of its own signal, before, during and between attempts', async () => {
    const reason = new Error('closing');
    const before = setUp([ok()], { signal: AbortSignal.abort(reason) });
    await expect(before.client.get(REQUEST)).rejects.toBe(reason);
    expect(before.sent).toHaveLength(0);
    for (const reply of [() => new Promise<Response>(() => {}), down]) {
      const controller = new AbortController();
      const during = setUp(
        [
          () => {
            queueMicrotask(() => controller.abort(reason));
            return reply();
          },
        ],
        { signal: controller.signal, attempts: reply === down ? 2 : 1 },
      );
      await expect(during.client.get(REQUEST)).rejects.toBe(reason);
      expect(during.sent).toHaveLength(1);
    }
  });

  it('asks nobody while an answer is new, and anew when it is old', async () => {
    const { client, clock, sent } = setUp([ok('1'), ok('2')]);
    expect(text((await client.get(REQUEST)).body)).toBe('1');
    clock.advance(999);
    expect(text((await client.get(REQUEST)).body)).toBe('1');
    clock.advance(1);
    expect(text((await client.get(REQUEST)).body)).toBe('2');
    expect(sent).toHaveLength(2);
  });

  it('asks anew where the clock was set back behind an answer', async () => {
    const { client, clock, sent } = setUp([ok('1'), ok('2')]);
    await client.get(REQUEST);
    clock.advance(-1);
    expect(text((await client.get(REQUEST)).body)).toBe('2');
    expect(sent).toHaveLength(2);
  });

  it('gives an old answer only if told to, only in an outage, and says so', async () => {
    const replies = [ok('1'), status(503)];
    const strict = setUp(replies, { attempts: 1 });
    await strict.client.get(REQUEST);
    strict.clock.advance(1000);
    await expect(strict.client.get(REQUEST)).rejects.toThrow(failure('fetch_status'));

    const cache = plainCache();
    const lenient = setUp(replies, { attempts: 1, staleMs: 500, cache });
    const fresh = await lenient.client.get(REQUEST);
    expect(cache.held.get('x')?.expiresAt.getTime()).toBe(fresh.fetchedAt.getTime() + 1500);
    lenient.clock.advance(1499);
    expect(await lenient.client.get(REQUEST)).toEqual({ ...fresh, stale: true });
    lenient.clock.advance(1);
    await expect(lenient.client.get(REQUEST)).rejects.toThrow(failure('fetch_status'));

    const gone = setUp([ok('1'), status(404)], { staleMs: 500 });
    await gone.client.get(REQUEST);
    gone.clock.advance(1000);
    await expect(gone.client.get(REQUEST)).rejects.toThrow(failure('fetch_not_found'));
  });

  it('keeps no answer that its request refuses', async () => {
    const cache = plainCache();
    const { client, sent } = setUp([ok()], { cache });
    const check = () => {
      throw new TeeError('fetch_malformed', 'no');
    };
    await expect(client.get({ ...REQUEST, check })).rejects.toThrow(failure('fetch_malformed'));
    expect([cache.held.size, sent.length]).toEqual([0, 1]);
  });

  it('sends equal requests once, and gives each its own copy', async () => {
    const { client, sent } = setUp([ok('1'), ok('2')]);
    const answers = await Promise.all([
      client.get(REQUEST),
      client.get(REQUEST),
      client.get(REQUEST),
    ]);
    expect(answers.map(({ body }) => text(body))).toEqual(['1', '1', '1']);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(3);
    expect(sent).toHaveLength(1);
    const failing = setUp([status(404), ok('3')]);
    const both = await Promise.allSettled([
      failing.client.get(REQUEST),
      failing.client.get(REQUEST),
    ]);
    expect(both.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(text((await failing.client.get(REQUEST)).body)).toBe('3');
  });

  it('sends every request whose answer must not be kept', async () => {
    const cache = plainCache();
    const { client, sent } = setUp([ok('1')], { cache });
    const post = { body: Uint8Array.of(1, 2), contentType: 'application/ocsp-request' };
    const request = { ...REQUEST, maxAgeMs: 0, post };
    await Promise.all([client.get(request), client.get(request)]);
    expect([sent.length, cache.held.size]).toEqual([2, 0]);
    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: Uint8Array.of(1, 2),
    });
  });

  it('sends so many requests at a time, in order, and lets so many wait', async () => {
    const open: (() => void)[] = [];
    const urls: string[] = [];
    const fetch = (url: string) => {
      urls.push(url);
      return new Promise<Response>((resolve) => open.push(() => resolve(new Response('x'))));
    };
    const client = createClient({ fetch, clock: fakeClock(), concurrency: 2 });
    const get = (i: number) => client.get({ ...REQUEST, key: `${i}`, url: `${i}` });
    const wanted = Array.from({ length: MAX_WAITING_REQUESTS + 2 }, (_, i) => get(i));
    const settle = () => new Promise((resolve) => setTimeout(resolve));
    await settle();
    expect(urls).toEqual(['0', '1']);
    await expect(get(-1)).rejects.toThrow(failure('fetch_failed'));
    open.shift()!();
    await settle();
    expect(urls).toEqual(['0', '1', '2']);
    wanted.push(get(wanted.length));
    await settle();
    expect(urls).toEqual(['0', '1', '2']);
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      expect(open.length).toBeLessThan(2);
      next();
      await settle();
    }
    await Promise.all(wanted);
    expect(urls).toEqual(wanted.map((_, i) => `${i}`));
  });

  it('refuses limits that are none', () => {
    for (const options of [
      { attempts: 0 },
      { concurrency: 0 },
      { timeoutMs: -1 },
      { backoffMs: Number.NaN },
      { maxDelayMs: 1.5 },
      { staleMs: Number.POSITIVE_INFINITY },
    ])
      expect(() => createClient(options)).toThrow(RangeError);
  });

  it('uses the platform where nothing else is given', async () => {
    const original = globalThis.fetch;
    globalThis.fetch = async () => new Response('platform');
    try {
      expect(text((await createClient().get(REQUEST)).body)).toBe('platform');
    } finally {
      globalThis.fetch = original;
    }
  });
});

describe('the system clock', () => {
  it('sleeps until it is woken by a signal, or the time is over', async () => {
    await SYSTEM_CLOCK.sleep(0, undefined);
    const controller = new AbortController();
    const sleeping = SYSTEM_CLOCK.sleep(3_600_000, controller.signal);
    controller.abort(new Error('wake up'));
    await expect(sleeping).rejects.toThrow('wake up');
    await SYSTEM_CLOCK.sleep(0, new AbortController().signal);
    await expect(SYSTEM_CLOCK.sleep(0, controller.signal)).rejects.toThrow('wake up');
  });
});

describe('a cache in memory', () => {
  const answer = (size: number) => ({
    body: new Uint8Array(size),
    headers: {},
    fetchedAt: new Date(0),
  });
  const forever = new Date(8e15);

  it('forgets what was used longest ago beyond its bounds', async () => {
    const cache = memoryCache({ maxAnswers: 2, maxBytes: 10 });
    await cache.put('a', answer(4), forever);
    await cache.put('b', answer(4), forever);
    await cache.get('a');
    await cache.put('c', answer(4), forever);
    expect(await cache.get('b')).toBeUndefined();
    expect((await cache.get('a'))?.body).toHaveLength(4);
    await cache.put('d', answer(9), forever);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.get('c')).toBeUndefined();
    expect((await cache.get('d'))?.body).toHaveLength(9);
    await cache.put('d', answer(3), forever);
    await cache.put('e', answer(7), forever);
    expect((await cache.get('d'))?.body).toHaveLength(3);
    await cache.put('e', answer(11), forever);
    expect(await cache.get('e')).toBeUndefined();
  });

  it('shares no bytes with whoever put or got them', async () => {
    const cache = memoryCache();
    const given = answer(1);
    await cache.put('a', given, forever);
    given.body[0] = 1;
    const first = await cache.get('a');
    first!.body[0] = 2;
    expect((await cache.get('a'))?.body).toEqual(Uint8Array.of(0));
  });

  it('refuses bounds that are none', () => {
    expect(() => memoryCache({ maxAnswers: 0 })).toThrow(RangeError);
    expect(() => memoryCache({ maxBytes: 0.5 })).toThrow(RangeError);
  });
});
