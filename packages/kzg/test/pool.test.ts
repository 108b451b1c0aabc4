import { Worker } from 'node:worker_threads';
import { createKzg, sha256, type TrustedSetup } from '@barycenter/kzg';
import { createKzgPool, type KzgPool, type WorkerLike } from '@barycenter/kzg/pool';
import { seededRandom } from '@barycenter/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { backends } from './every-backend.ts';
import { setup } from './published-setup.ts';
import { randomRow } from './random-rows.ts';
import { replaceAt } from './replace-at.ts';

const SEED = 0x9001;
const random = seededRandom(SEED);
const rows = Array.from({ length: 12 }, (_, i) => randomRow(random, 1 + 9 * i));
const kzg = await createKzg();
const expected = rows.map((row) => kzg.commitRow(row));

const pools: KzgPool[] = [];
const create = async (...options: Parameters<typeof createKzgPool>): Promise<KzgPool> => {
  const pool = await createKzgPool(...options);
  pools.push(pool);
  return pool;
};
afterAll(() => {
  for (const pool of pools) pool.dispose();
});

describe.each(backends)('$name', ({ name }) => {
  test(`a pool gives the commitments in order, also to overlapping calls (seed ${SEED})`, async () => {
    const pool = await create({ workers: 2, backend: name, tables: 'none' });
    expect([pool.workers, pool.backend]).toEqual([2, name]);
    const [all, some, none] = await Promise.all([
      pool.commitMany(rows),
      pool.commitMany(rows.slice(3, 5)),
      pool.commitMany([]),
    ]);
    expect(all).toEqual(expected);
    expect(some).toEqual(expected.slice(3, 5));
    expect(none).toEqual([]);
    pool.dispose();
  });
});

describe.each(backends)('$name', ({ name }) => {
  test(`a pool digests rows as the calling thread does (seed ${SEED})`, async () => {
    const pool = await create({ workers: 2, backend: name, tables: 'none' });
    const prefixes = rows.map((_, i) => random.bytes(i));
    const notCanonical = replaceAt(rows, 4, new Uint8Array(64).fill(0xff));
    for (const z of [5n, 123456789n]) {
      const digests = await pool.digestMany(notCanonical, { z, prefixes });
      digests.forEach(({ hash, y }, i) => {
        const row = notCanonical[i]!;
        expect(hash).toEqual(sha256([prefixes[i]!, row]));
        const weights = kzg.evaluationWeights(z, row.length / 32);
        expect(y).toBe(i === 4 ? undefined : kzg.evaluateRow(row, weights));
      });
    }
    pool.dispose();
    await expect(pool.digestMany(rows, { z: 5n, prefixes })).rejects.toThrow(/disposed/);
  });
});

test('digests of nothing sensible are refused before any work', async () => {
  const pool = await create({ workers: 1 });
  const prefixes = rows.map(() => new Uint8Array(2));
  const digest = (options: object, list: unknown = rows): Promise<unknown> =>
    pool.digestMany(list as Uint8Array[], { z: 5n, prefixes, ...options });
  await expect(digest({ z: 1n })).rejects.toThrow(RangeError);
  await expect(digest({ z: -1n })).rejects.toThrow(RangeError);
  await expect(digest({ prefixes: [] })).rejects.toMatchObject({ code: 'list_length' });
  await expect(digest({}, replaceAt(rows, 3, new Uint8Array(31)))).rejects.toMatchObject({
    code: 'row_length',
    index: 3,
  });
  const reason = new Error('enough');
  await expect(digest({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('a bad row is refused with its index before any work', async () => {
  const pool = await create({ workers: 1 });
  const refuse = async (row: unknown, error: unknown): Promise<void> =>
    await expect(pool.commitMany(replaceAt(rows, 7, row as Uint8Array))).rejects.toThrow(
      error as Error,
    );
  const code = (text: string): unknown => expect.objectContaining({ code: text, index: 7 });
  await refuse(new Uint8Array(33), code('row_length'));
  await refuse(new Uint8Array(32).fill(0xff), code('scalar_not_canonical'));
  await refuse('row', TypeError);
  await expect(pool.commitMany('x' as unknown as Uint8Array[])).rejects.toThrow(TypeError);
  expect(await pool.commitMany(rows)).toEqual(expected);
});

test('an abort in the middle of a batch rejects with its reason, and the pool works on', async () => {
  const pool = await create({ workers: 2 });
  const controller = new AbortController();
  const reason = new Error('enough');
  let first: (() => void) | undefined;
  const started = new Promise<void>((resolve) => {
    first = resolve;
  });
  // many rows, aborted as soon as another call between them has its answer
  const many = Array.from({ length: 400 }, () => rows[11]!);
  const aborted = pool.commitMany(many, { signal: controller.signal });
  aborted.catch(() => undefined);
  pool.commitMany([rows[0]!]).then(first);
  controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  await started;
  expect(await pool.commitMany(rows)).toEqual(expected);
  await expect(pool.commitMany(rows, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const later = new AbortController();
  expect(await pool.commitMany(rows, { signal: later.signal })).toEqual(expected);
  later.abort(reason); // after the end: nothing happens
});

test('a disposed pool rejects what it had to do and what it is asked to do', async () => {
  const pool = await create({ workers: 1 });
  const running = pool.commitMany(rows);
  pool.dispose();
  pool.dispose();
  const disposed = expect.objectContaining({ name: 'KzgError', code: 'disposed' });
  await expect(running).rejects.toThrow(disposed);
  await expect(pool.commitMany(rows)).rejects.toThrow(disposed);
});

test('workers take exported tables, and those of other bytes end the pool', async () => {
  const tables = kzg.exportTables();
  const pool = await create({ workers: 2, tables });
  const blob = randomRow(random, 4096);
  expect(await pool.commitMany([blob, blob])).toEqual([0, 1].map(() => kzg.commitRow(blob)));
  await expect(create({ workers: 2, tables: tables.slice(1) })).rejects.toThrow(/tables/);
});

test('workers commit over the setup they are given', async () => {
  const other: TrustedSetup = {
    ...setup,
    g1_lagrange: replaceAt(setup.g1_lagrange, 0, setup.g1_lagrange[1]!),
  };
  const pool = await create({ workers: 1, setup: other });
  const row = randomRow(random, 1);
  const own = await createKzg({ setup: other });
  expect(await pool.commitMany([row])).toEqual([own.commitRow(row)]);
  expect(own.commitRow(row)).not.toEqual(kzg.commitRow(row));
});

test('workers are made as the caller says', async () => {
  let made = 0;
  const createWorker = (): WorkerLike => {
    made++;
    return new Worker(new URL('../src/pool-worker.ts', import.meta.url));
  };
  const pool = await create({ workers: 2, createWorker });
  expect(made).toBe(2);
  expect(await pool.commitMany(rows)).toEqual(expected);
});

test('a worker that dies, at the start or later, rejects what is to be done', async () => {
  const script = (code: string): (() => WorkerLike) => {
    return () => new Worker(code, { eval: true });
  };
  const dying = script("throw new Error('no memory')");
  await expect(create({ workers: 1, createWorker: dying })).rejects.toThrow(/no memory/);
  const fickle = script(`
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ kind }) => {
      if (kind === 'commit') throw new Error('lost');
      parentPort.postMessage({ kind: 'ready' });
    });`);
  const pool = await create({ workers: 1, createWorker: fickle });
  await expect(pool.commitMany(rows)).rejects.toThrow(/lost/);
  await expect(pool.commitMany(rows)).rejects.toThrow(/lost/);
});

test('a worker that ends without an error rejects what is to be done', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ kind }) => {
      if (kind === 'commit') process.exit(3);
      parentPort.postMessage({ kind: 'ready' });
    });`;
  const pool = await create({ workers: 1, createWorker: () => new Worker(code, { eval: true }) });
  await expect(pool.commitMany(rows)).rejects.toThrow(/code 3/);
  await expect(pool.commitMany(rows)).rejects.toThrow(/code 3/);
});

test('a row that changes while it waits fails alone, and the pool works on', async () => {
  const pool = await create({ workers: 1 });
  const change = (spoil: (row: Uint8Array<ArrayBuffer>) => void): Promise<Uint8Array[]> => {
    const last = new Uint8Array(32);
    const commitments = pool.commitMany([...rows, last]);
    spoil(last);
    return commitments;
  };
  await expect(change((row) => row.fill(0xff))).rejects.toThrow(/modulus/);
  const transfer = (row: Uint8Array<ArrayBuffer>): unknown =>
    structuredClone(row, { transfer: [row.buffer] });
  await expect(change(transfer)).rejects.toThrow(TypeError);
  expect(await pool.commitMany(rows)).toEqual(expected);
});

test('a message carries one row, whatever buffer it is a part of', async () => {
  const sizes: number[] = [];
  const createWorker = (): WorkerLike => {
    const listeners: ((answer: unknown) => void)[] = [];
    return {
      postMessage(message: unknown) {
        const { kind, job, row } = message as { kind: string; job: number; row: Uint8Array };
        if (kind === 'commit') sizes.push(row.buffer.byteLength);
        const commitment = new Uint8Array(48);
        const answer = kind === 'commit' ? { kind: 'done', job, commitment } : { kind: 'ready' };
        queueMicrotask(() => listeners[0]!(answer));
      },
      on(event: string, listener: (value: never) => void) {
        if (event === 'message') listeners.push(listener as (answer: unknown) => void);
      },
      terminate: () => undefined,
    };
  };
  const pool = await create({ workers: 1, createWorker });
  const matrix = new Uint8Array(64 * 9);
  await pool.commitMany([matrix.subarray(0, 64), matrix.subarray(64, 160), matrix]);
  expect(sizes).toEqual([64, 96, 576]);
});

test('a start that fails ends the workers that were made', async () => {
  let made = 0;
  const ends: Promise<unknown>[] = [];
  const createWorker = (): WorkerLike => {
    if (made++ === 2) throw new Error('no more');
    const worker = new Worker(new URL('../src/pool-worker.ts', import.meta.url));
    ends.push(new Promise((resolve) => worker.once('exit', resolve)));
    return worker;
  };
  await expect(create({ workers: 3, createWorker })).rejects.toThrow('no more');
  const setupWithCode = { ...setup, encoding: (() => '') as unknown as string };
  made = 0;
  await expect(create({ workers: 2, createWorker, setup: setupWithCode })).rejects.toThrow(/clone/);
  expect(ends).toHaveLength(4);
  await Promise.all(ends);
});

test('numbers and names out of range are refused', async () => {
  for (const workers of [0, -1, 1.5, 257, Number.NaN, '2' as unknown as number]) {
    await expect(createKzgPool({ workers })).rejects.toThrow(RangeError);
  }
  await expect(createKzgPool({ backend: 'native' as 'js' })).rejects.toThrow(RangeError);
  await expect(createKzgPool({ tables: 'some' as 'lazy' })).rejects.toThrow(RangeError);
  await expect(createKzgPool({ backend: 'wide' })).rejects.toThrow(
    expect.objectContaining({ code: 'backend_unavailable' }),
  );
});
