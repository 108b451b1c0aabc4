import { Worker } from 'node:worker_threads';
import { seededRandom } from '@barycenter/testing';
import { afterAll, describe, expect, test } from 'vitest';
import {
  CODECS,
  createErasureSync,
  decodeStream,
  encodeStream,
  type Stripe,
} from '../src/index.ts';
import { createErasurePool, type ErasurePool, type WorkerLike } from '../src/pool.ts';

const random = seededRandom(0x9007);
const SHAPE = { codec: 'gf8-cauchy', dataShards: 5, parityShards: 3 } as const;
const coder = createErasureSync(SHAPE);
const dataOf = (size: number): Uint8Array[] =>
  Array.from({ length: SHAPE.dataShards }, () => random.bytes(size));

const pools: ErasurePool[] = [];
const create = async (
  options: Partial<Parameters<typeof createErasurePool>[0]> = {},
): Promise<ErasurePool> => {
  const pool = await createErasurePool({ ...SHAPE, workers: 1, ...options });
  pools.push(pool);
  return pool;
};
afterAll(() => {
  for (const pool of pools) pool.dispose();
});

describe.each(CODECS)('%s', (codec) => {
  test(`overlapping calls of different lengths are answered as by a coder (seed ${random.seed})`, async () => {
    const pool = await create({ codec, workers: 2 });
    const own = createErasureSync({ ...SHAPE, codec });
    expect([pool.codec, pool.workers]).toEqual([codec, 2]);
    expect(['relaxed', 'strict', 'js']).toContain(pool.backend().name);
    const sizes = [1, 64, 1000, 7, 333, 2, 65, 4096];
    await Promise.all(
      sizes.map(async (size) => {
        const data = dataOf(size);
        const parity = await pool.encode(data);
        expect(parity).toEqual(own.encode(data));
        const slots = [null, ...data.slice(1, 4), undefined, ...parity];
        expect(await pool.reconstruct(slots)).toEqual(data);
        const into = own.encode(data).map((shard) => shard.fill(0));
        const want = [7, 4, 5];
        const targets = want.map((i) => (i === 4 ? new Uint8Array(size) : into[i - 5]!));
        const written = await pool.reconstruct(slots, { want, into: targets });
        expect(written).toEqual([parity[2], data[4], parity[0]]);
        expect(written[0]).toBe(into[2]);
      }),
    );
    pool.dispose();
  });
});

test('one array may hold all shards, given and written', async () => {
  const pool = await create();
  const data = random.bytes(5 * 20);
  const into = new Uint8Array(3 * 20);
  await pool.encode(data, into);
  expect(Buffer.from(into)).toEqual(Buffer.concat(coder.encode(data)));
});

test('arguments keep their memory, and results have their own', async () => {
  const pool = await create();
  const data = dataOf(100);
  const before = data.map((shard) => shard.slice());
  const first = await pool.encode(data);
  const copies = first.map((shard) => shard.slice());
  await pool.encode(dataOf(100));
  expect(data).toEqual(before);
  expect(first).toEqual(copies);
});

test('wrong calls and bad shards are refused as by a coder, and the pool works on', async () => {
  const pool = await create();
  const data = dataOf(10);
  const parity = coder.encode(data);
  await expect(pool.encode(data.slice(1))).rejects.toThrow(RangeError);
  await expect(pool.encode('shards' as never)).rejects.toThrow(TypeError);
  await expect(pool.encode(data, data.slice(0, 3))).rejects.toThrow(/shares memory/);
  await expect(pool.reconstruct([...data, ...parity, null])).rejects.toThrow(RangeError);
  await expect(pool.reconstruct([...data, 1, 2, 3] as never)).rejects.toThrow(TypeError);
  await expect(pool.reconstruct([...data, ...parity], { want: [8] })).rejects.toThrow(RangeError);
  const few = [...data.slice(0, 4), null, null, null, null];
  await expect(pool.reconstruct(few)).rejects.toMatchObject({ code: 'too_few_shards' });
  const long = [...data, parity[0]!, new Uint8Array(11), parity[2]!];
  await expect(pool.reconstruct(long)).rejects.toMatchObject({ code: 'shard_length', index: 6 });
  expect(await pool.encode(data)).toEqual(parity);
});

test('an abort rejects with its reason and writes nothing, and the pool works on', async () => {
  const pool = await create();
  const controller = new AbortController();
  const reason = new Error('enough');
  const data = dataOf(5000);
  const targets = Array.from({ length: 20 }, () => [0, 1, 2].map(() => new Uint8Array(5000)));
  const calls = targets.map((into) => pool.encode(data, into, { signal: controller.signal }));
  controller.abort(reason);
  for (const call of calls) await expect(call).rejects.toBe(reason);
  expect(await pool.encode(data)).toEqual(coder.encode(data));
  expect(targets.flat(2).every((shard) => shard.every((byte) => byte === 0))).toBe(true);
  const aborted = { signal: AbortSignal.abort(reason) };
  await expect(pool.encode(data, undefined, aborted)).rejects.toBe(reason);
});

test('streams take a pool as they take a coder', async () => {
  const pool = await create({ workers: 2 });
  const bytes = random.bytes(5 * 64 * 7 + 3);
  const collect = async (by: ErasurePool | typeof coder): Promise<Stripe[]> => {
    const stripes: Stripe[] = [];
    const readable = new Blob([bytes]).stream().pipeThrough(encodeStream(by, { shardBytes: 64 }));
    for await (const stripe of readable as unknown as AsyncIterable<Stripe>) stripes.push(stripe);
    return stripes;
  };
  const stripes = await collect(pool);
  expect(stripes).toEqual(await collect(coder));
  const lossy = new ReadableStream({
    start(controller) {
      for (const { shards, ...stripe } of stripes) {
        controller.enqueue({ ...stripe, shards: shards.map((shard, i) => (i < 3 ? null : shard)) });
      }
      controller.close();
    },
  });
  const back = await new Response(lossy.pipeThrough(decodeStream(pool))).bytes();
  expect(Buffer.from(back).equals(bytes)).toBe(true);
});

test('a result whose memory is gone rejects its call, and the pool works on', async () => {
  const pool = await create();
  const data = dataOf(10);
  const into = new Uint8Array(3 * 10);
  const call = pool.encode(data, into);
  structuredClone(into, { transfer: [into.buffer] });
  await expect(call).rejects.toThrow();
  expect(await pool.encode(data)).toEqual(coder.encode(data));
});

test('a disposed pool rejects what it had to do and what it is asked to do', async () => {
  const pool = await create();
  const running = pool.encode(dataOf(100));
  pool.dispose();
  pool.dispose();
  const disposed = { name: 'ErasureError', code: 'disposed' };
  await expect(running).rejects.toMatchObject(disposed);
  await expect(pool.encode(dataOf(100))).rejects.toMatchObject(disposed);
});

test('workers are made as the caller says, and one that dies rejects what is to be done', async () => {
  let made = 0;
  const createWorker = (): WorkerLike => {
    made++;
    return new Worker(new URL('../src/pool-worker.ts', import.meta.url));
  };
  const pool = await create({ workers: 2, createWorker });
  expect(made).toBe(2);
  const data = dataOf(10);
  expect(await pool.encode(data)).toEqual(coder.encode(data));
  const script = (code: string): (() => WorkerLike) => {
    return () => new Worker(code, { eval: true });
  };
  const dying = script("throw new Error('no memory')");
  await expect(create({ createWorker: dying })).rejects.toThrow(/no memory/);
  await expect(create({ createWorker: script('process.exit(3)') })).rejects.toThrow(
    /ended with code 3/,
  );
  let ended = 0;
  const second = (): WorkerLike => {
    if (ended++ > 0) throw new Error('no second worker');
    const worker = new Worker(new URL('../src/pool-worker.ts', import.meta.url));
    worker.on('exit', () => ended++);
    return worker;
  };
  await expect(create({ workers: 2, createWorker: second })).rejects.toThrow('no second worker');
  await expect.poll(() => ended).toBe(3);
  const fickle = script(`
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ kind }) => {
      if (kind !== 'start') throw new Error('lost');
      parentPort.postMessage({ kind: 'ready', backend: { name: 'js', reason: '' } });
    });`);
  const broken = await create({ createWorker: fickle });
  await expect(broken.encode(data)).rejects.toThrow(/lost/);
  await expect(broken.encode(data)).rejects.toThrow(/lost/);
});

test('numbers and names out of range are refused before a worker starts', async () => {
  for (const workers of [0, -1, 1.5, 257, Number.NaN, '2' as unknown as number]) {
    await expect(create({ workers })).rejects.toThrow(RangeError);
  }
  await expect(create({ codec: 'gf8' as 'auto' })).rejects.toMatchObject({ code: 'unknown_codec' });
  await expect(create({ parityShards: 0 })).rejects.toThrow(RangeError);
  const pool = await create({ codec: 'auto' });
  expect(pool.codec).toBe('leopard-ff8');
});
