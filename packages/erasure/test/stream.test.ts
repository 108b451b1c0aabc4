import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import {
  CODECS,
  createErasureSync,
  decodeStream,
  type Erasure,
  encodeStream,
  type PartialStripe,
  type Stripe,
  type StripeEncoder,
  stripeShardBytes,
} from '../src/index.ts';

const random = seededRandom(0x57e);
const shape = { codec: 'gf8-cauchy', dataShards: 4, parityShards: 3 } as const;
const coder = createErasureSync(shape);

const streamOf = <Item>(items: Iterable<Item>): ReadableStream<Item> => {
  const iterator = items[Symbol.iterator]();
  return new ReadableStream<Item>({
    pull(controller) {
      const { value, done } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
};

const collect = async <Item>(stream: ReadableStream<Item>): Promise<Item[]> => {
  const items: Item[] = [];
  for await (const item of stream as unknown as AsyncIterable<Item>) items.push(item);
  return items;
};

/** Cuts bytes into chunks of random length, some of them empty. */
const chunksOf = (bytes: Uint8Array, most: number): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.integer(most + 1);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
};

const encoded = (bytes: Uint8Array, shardBytes: number, by: Erasure = coder): Promise<Stripe[]> =>
  collect(streamOf(chunksOf(bytes, 300)).pipeThrough(encodeStream(by, { shardBytes })));

const lose = ({ shards, ...stripe }: Stripe, parity: number): PartialStripe => {
  const lost = random.shuffle(shards.map((_, i) => i)).slice(0, parity);
  return { ...stripe, shards: shards.map((shard, i) => (lost.includes(i) ? null : shard)) };
};

const decoded = async (
  stripes: Iterable<PartialStripe>,
  options?: Parameters<typeof decodeStream>[1],
  by: Erasure = coder,
): Promise<Buffer> =>
  Buffer.concat(await collect(streamOf(stripes).pipeThrough(decodeStream(by, options))));

describe.each(CODECS)('%s', (codec) => {
  test('what went in comes out, for every length around whole stripes and chunks of any length', async () => {
    const by = createErasureSync({ codec, dataShards: 4, parityShards: 3 });
    for (const length of [0, 1, 2, 5, 9, 63, 64, 65, 127, 128, 129, 1000]) {
      const bytes = random.bytes(length);
      const stripes = await encoded(bytes, 16, by);
      expect(stripes.map(({ index }) => index)).toEqual(stripes.map((_, i) => i));
      expect(stripes).toHaveLength(Math.ceil(length / 64));
      for (const { byteLength, shards } of stripes) {
        expect(shards).toHaveLength(7);
        const size = stripeShardBytes(byteLength, by);
        expect(new Set(shards.map((shard) => shard.length))).toEqual(new Set([size]));
        expect(by.verify(shards)).toBe(true);
      }
      const some = stripes.map((stripe) => lose(stripe, 3));
      const back = await decoded(some, { byteLength: length }, by);
      expect(back.equals(bytes), `${random.seed}: ${length} bytes`).toBe(true);
    }
  });
});

test('a stream that ends inside a stripe ends in a shorter stripe with the bytes there are', async () => {
  const bytes = random.bytes(64 + 10);
  const stripes = await encoded(bytes, 16);
  expect(stripes.map(({ byteLength }) => byteLength)).toEqual([64, 10]);
  expect(stripes[1]!.shards.map((shard) => shard.length)).toEqual([3, 3, 3, 3, 3, 3, 3]);
  const data = Buffer.concat(stripes[1]!.shards.slice(0, 4));
  expect(data).toEqual(Buffer.concat([bytes.subarray(64), Buffer.alloc(2)]));
});

test('stripes share no memory with the chunks or with each other', async () => {
  const bytes = random.bytes(128);
  const stripes = await encoded(bytes, 16);
  const before = Buffer.from(bytes);
  bytes.fill(0);
  const [first, second] = stripes as [Stripe, Stripe];
  for (const shard of first.shards) shard.fill(0);
  expect((await decoded([{ ...second, index: 0 }])).equals(before.subarray(64))).toBe(true);
});

test.each([1, 2, 5])(
  'with %i buffers that many of the last stripes and chunks are still there',
  async (buffers) => {
    const bytes = random.bytes(64 * 20 + 7);
    const encoding = streamOf(chunksOf(bytes, 300)).pipeThrough(
      encodeStream(coder, { shardBytes: 16, buffers }),
    );
    const expected = await encoded(bytes, 16);
    const reader = encoding.getReader();
    const stripes: Stripe[] = [];
    const memories = new Set<ArrayBuffer>();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      stripes.push(value);
      memories.add(value.shards[0]!.buffer);
      expect(stripes.slice(-buffers)).toEqual(expected.slice(0, stripes.length).slice(-buffers));
    }
    expect(stripes).toHaveLength(expected.length);
    expect(memories.size).toBe(buffers + 1);
    const decoding = streamOf(expected.map((stripe) => lose(stripe, 3)))
      .pipeThrough(decodeStream(coder, { buffers }))
      .getReader();
    const chunks: Uint8Array[] = [];
    for (let end = 64; ; end += 64) {
      const { value, done } = await decoding.read();
      if (done) break;
      chunks.push(value);
      const last = Buffer.concat(chunks.slice(-buffers));
      expect(last.equals(bytes.subarray(Math.max(0, end - 64 * buffers), end))).toBe(true);
    }
    expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(buffers + 1);
  },
);

test('one enormous chunk is encoded as it is read, no faster', async () => {
  let encodes = 0;
  const counting: StripeEncoder = {
    ...shape,
    encode: (data, into) => {
      encodes++;
      return coder.encode(data, into);
    },
  };
  const stripes = streamOf([random.bytes(6400)]).pipeThrough(
    encodeStream(counting, { shardBytes: 16 }),
  );
  const reader = stripes.getReader();
  for (let read = 1; read <= 100; read++) {
    await reader.read();
    expect(encodes).toBeLessThanOrEqual(read + 1);
  }
  expect(await reader.read()).toEqual({ done: true, value: undefined });
});

test('stripes of several workers are encoded at once and come in order', async () => {
  const waiting: (() => void)[] = [];
  const slow: StripeEncoder = {
    ...shape,
    workers: 3,
    encode: async (data, into) => {
      await new Promise<void>((resolve) => waiting.unshift(resolve));
      return coder.encode(data, into);
    },
  };
  const bytes = random.bytes(64 * 9 + 5);
  const pending = collect(streamOf([bytes]).pipeThrough(encodeStream(slow, { shardBytes: 16 })));
  let most = 0;
  let isDone = false;
  pending.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    most = Math.max(most, waiting.length);
    // the last one first
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
  expect(await pending).toEqual(await encoded(bytes, 16));
});

describe('hostile stripes', () => {
  const bytes = random.bytes(150);
  const stripes = encoded(bytes, 16);
  const codeOf = async (
    change: (stripes: Stripe[]) => readonly PartialStripe[],
    options?: Parameters<typeof decodeStream>[1],
  ): Promise<unknown> => {
    const changed = change([...(await stripes)]);
    const error: unknown = await decoded(changed, options).catch((reason) => reason);
    return (error as { code?: unknown }).code ?? error;
  };

  test('a stripe that is missing, twice or out of order is refused', async () => {
    expect(await codeOf(([a, , c]) => [a!, c!])).toBe('stripe_order');
    expect(await codeOf(([a, b]) => [a!, a!, b!])).toBe('stripe_order');
    expect(await codeOf(([a, b]) => [b!, a!])).toBe('stripe_order');
  });

  test('fewer or more bytes than were said are refused', async () => {
    const byteLength = bytes.length;
    expect(await codeOf(([a, b]) => [a!, b!], { byteLength })).toBe('stream_length');
    expect(await codeOf(() => [], { byteLength })).toBe('stream_length');
    expect(await codeOf((all) => all, { byteLength: byteLength - 1 })).toBe('stream_length');
    expect(await codeOf((all) => all, { byteLength: byteLength + 1 })).toBe('stream_length');
  });

  test('shards that do not fit the bytes of their stripe are refused, with the shard', async () => {
    for (const byteLength of [0, -1, 1.5, Number.NaN, 60, 2 ** 53, 1e300]) {
      expect(await codeOf(([a]) => [{ ...a!, byteLength }]), `${byteLength}`).toBe('shard_length');
    }
    const longer = ({ shards, ...stripe }: Stripe): Stripe => ({
      ...stripe,
      shards: shards.map((shard, i) => (i === 5 ? new Uint8Array(17) : shard)),
    });
    const failing = decoded([longer((await stripes)[0]!)]);
    await expect(failing).rejects.toMatchObject({ code: 'shard_length', index: 5 });
  });

  test('fewer than k shards are too few, and lists of another length wrong calls', async () => {
    const none = { index: 0, byteLength: 64, shards: Array(7).fill(null) };
    expect(await codeOf(() => [none])).toBe('too_few_shards');
    expect(await codeOf(([a]) => [{ ...a!, shards: a!.shards.slice(1) }])).toBeInstanceOf(
      RangeError,
    );
  });
});

test('wrong calls are refused at once, and a chunk of another type at both ends', async () => {
  for (const shardBytes of [0, -1, 1.5, Number.NaN]) {
    expect(() => encodeStream(coder, { shardBytes })).toThrow(RangeError);
  }
  expect(() => encodeStream(coder, { shardBytes: '16' as never })).toThrow(TypeError);
  const wide = createErasureSync({ ...shape, codec: 'leopard-ff16' });
  expect(() => encodeStream(wide, { shardBytes: 15 })).toThrow('expected an even number');
  for (const buffers of [0, -1, 1.5, 1025, Number.NaN]) {
    expect(() => encodeStream(coder, { buffers })).toThrow(RangeError);
    expect(() => decodeStream(coder, { buffers })).toThrow(RangeError);
  }
  for (const byteLength of [-1, 1.5, Number.NaN]) {
    expect(() => decodeStream(coder, { byteLength })).toThrow(RangeError);
  }
  const { readable, writable } = encodeStream(coder);
  const writer = writable.getWriter();
  const reading = readable.getReader().read();
  await expect(writer.write('bytes' as never)).rejects.toThrow(TypeError);
  await expect(reading).rejects.toThrow(TypeError);
});

describe('ends before the end', () => {
  const endless = (): ReadableStream<Uint8Array> =>
    streamOf(
      (function* () {
        for (;;) yield random.bytes(100);
      })(),
    );

  test('an abort ends both ends with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const pair = encodeStream(coder, { shardBytes: 16, signal: controller.signal });
    const piping = endless().pipeTo(pair.writable);
    const reader = pair.readable.getReader();
    await reader.read();
    controller.abort(reason);
    await expect(piping).rejects.toBe(reason);
    await expect(reader.read()).rejects.toBe(reason);
    const late = encodeStream(coder, { signal: AbortSignal.abort(reason) });
    await expect(late.readable.getReader().read()).rejects.toBe(reason);
    await expect(late.writable.getWriter().write(random.bytes(1))).rejects.toBe(reason);
  });

  test('a reader that leaves ends the source, and a source that fails ends the reader', async () => {
    let reason: unknown;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(random.bytes(100)),
      cancel: (given) => {
        reason = given;
      },
    });
    const reader = source.pipeThrough(encodeStream(coder, { shardBytes: 16 })).getReader();
    await reader.read();
    await reader.cancel('seen enough');
    while (reason === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(reason).toBe('seen enough');

    const failing = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('disk')),
    });
    await expect(collect(failing.pipeThrough(encodeStream(coder)))).rejects.toThrow('disk');
  });

  test('a coder that fails ends both ends with its error', async () => {
    const broken: StripeEncoder = {
      ...shape,
      encode: () => {
        throw new Error('no memory');
      },
    };
    await expect(
      collect(endless().pipeThrough(encodeStream(broken, { shardBytes: 16 }))),
    ).rejects.toThrow('no memory');
  });
});
