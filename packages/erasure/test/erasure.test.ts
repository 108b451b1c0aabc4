/** The laws of the codes, on every engine. */
import { seededRandom } from '@barycenter/testing';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { CODECS, type Codec, createErasure, createErasureSync, MAX_SHARDS } from '../src/index.ts';
import { encodeSlowly } from '../src/reference/generator.ts';
import { ENGINES } from './engines.ts';
import { codewordOf, range, sameShards, shardsOf, without } from './shards.ts';

/** Every subset of 0..n-1 with at most `most` members. */
const losses = (n: number, most: number): number[][] =>
  Array.from({ length: 2 ** n }, (_, mask) => range(0, n).filter((i) => (mask >> i) & 1)).filter(
    (lost) => lost.length <= most,
  );

/** Whether a codec has a shape. */
const fits = (codec: Codec, [dataShards, parityShards]: readonly [number, number]): boolean => {
  try {
    createErasureSync({ codec, dataShards, parityShards });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

describe.each(ENGINES)('%s', (_engine, createCoder) => {
  describe.each(CODECS)('%s', (codec) => {
    const create = (dataShards: number, parityShards: number) =>
      createCoder({ codec, dataShards, parityShards });

    test('every pattern of up to m losses is recovered, for every k + m <= 12', () => {
      const random = seededRandom(0xe001);
      let patterns = 0;
      for (const n of range(2, 13)) {
        for (const k of range(1, n)) {
          const coder = create(k, n - k);
          const all = codewordOf(coder, random, 4);
          for (const lost of losses(n, n - k)) {
            if (!sameShards(coder.reconstruct(without(all, lost)), all)) {
              throw new Error(`seed ${random.seed}: ${k}+${n - k} lost ${lost}`);
            }
            patterns++;
          }
        }
      }
      // For n shards: sum over m of sum_{l <= m} C(n, l) = n 2^(n-1) - 1; summed over n = 2..12.
      expect(patterns).toBe(45_045);
    });

    test("random patterns up to 256 shards come back, peers' panic shapes among them", () => {
      const random = seededRandom(0xe002);
      const shapes: [number, number][] = [
        [200, 55],
        [200, 56],
        [250, 6],
        [120, 136],
        [1, 255],
        [255, 1],
        [128, 128],
      ];
      for (const round of range(0, 30)) {
        const k = 1 + random.integer(254);
        const shape = shapes[round] ?? [k, 1 + random.integer(256 - k - 1)];
        if (!fits(codec, shape)) continue;
        const coder = create(...shape);
        const [, m] = shape;
        const all = codewordOf(coder, random, 2 * (1 + random.integer(70)));
        const order = random.shuffle(range(0, all.length));
        const lost = order.slice(0, round % 2 === 0 ? m : random.integer(m + 1));
        const result = coder.reconstruct(without(all, lost));
        expect(sameShards(result, all), `seed ${random.seed} round ${round} ${shape}`).toBe(true);
      }
    });

    test('parity and reconstruction equal the slow reference for shard lengths 1..200', () => {
      const random = seededRandom(0xe003);
      const coder = create(4, 3);
      for (const size of range(1, 201)) {
        const data = shardsOf(random, 4, size);
        const all = [...data, ...encodeSlowly(codec, data, 3)];
        expect(sameShards([...data, ...coder.encode(data)], all), `length ${size}`).toBe(true);
        const lost = random.shuffle(range(0, 7)).slice(0, 3);
        // With a data shard left, the length needs no telling.
        expect(sameShards(coder.reconstruct(without(all, lost)), all), `length ${size}`).toBe(true);
      }
    });

    test('one shard alone equals that of the whole codeword, also the data', () => {
      const random = seededRandom(0xe010);
      for (const [k, m] of [
        [1, 1],
        [5, 3],
        [3, 9],
        [40, 20],
      ] as const) {
        const coder = create(k, m);
        const all = codewordOf(coder, random, 77);
        for (const [index, shard] of all.entries()) {
          const into = new Uint8Array(shard.length);
          const alone = coder.encodeShard(all.slice(0, k), { index, into });
          expect(alone).toBe(into);
          expect(bytesToHex(alone), `${k}+${m} ${index}`).toBe(bytesToHex(shard));
        }
        expect(coder.encodeShard(all.slice(0, k), { index: k })).toEqual(all[k]);
      }
    });

    test('shards taken one by one in any order give the parity, round after round', () => {
      const random = seededRandom(0xe011);
      for (const [k, m] of [
        [1, 2],
        [6, 3],
        [30, 17],
      ] as const) {
        const coder = create(k, m);
        for (const size of [1, 64, 129]) {
          const all = codewordOf(coder, random, size);
          for (const index of random.shuffle(range(0, k))) coder.encodeAdd(index, all[index]!);
          const into = new Uint8Array(m * all[k]!.length);
          const parity = size === 64 ? coder.finish(into) : coder.finish();
          expect(sameShards(parity, all.slice(k)), `${k}+${m} x ${size}`).toBe(true);
          if (size === 64) expect(parity[0]!.buffer).toBe(into.buffer);
        }
      }
    });

    test('the parity after an update is that of the new data, also in place', () => {
      const random = seededRandom(0xe012);
      for (const [k, m] of [
        [1, 1],
        [6, 3],
        [30, 17],
      ] as const) {
        const coder = create(k, m);
        for (const size of [2, 65, 300_000 / (k + m)].map(Math.floor)) {
          const all = codewordOf(coder, random, size);
          const parity = all.slice(k);
          const index = random.integer(k);
          const after = random.bytes(size);
          const data = all.slice(0, k).map((shard, i) => (i === index ? after : shard));
          const expected = coder.encode(data);
          const change = { index, before: all[index]!, after, parity };
          expect(sameShards(coder.update(change), expected), `${k}+${m} x ${size}`).toBe(true);
          expect(sameShards(parity, all.slice(k))).toBe(true);
          coder.update({ ...change, into: parity });
          expect(sameShards(parity, expected), `${k}+${m} x ${size} in place`).toBe(true);
        }
      }
    });

    test('encoding is linear: the parity of a sum is the sum of the parities', () => {
      const random = seededRandom(0xe004);
      const coder = create(10, 4);
      const xor = (left: Uint8Array[], right: Uint8Array[]) =>
        left.map((shard, i) => shard.map((byte, j) => byte ^ right[i]![j]!));
      for (const _ of range(0, 20)) {
        const left = shardsOf(random, 10, 33);
        const right = shardsOf(random, 10, 33);
        expect(coder.encode(xor(left, right))).toEqual(
          xor(coder.encode(left), coder.encode(right)),
        );
      }
    });

    test('verify is true for a codeword and false for every single flipped bit of a small one', () => {
      const random = seededRandom(0xe005);
      const coder = create(3, 2);
      const all = codewordOf(coder, random, 4);
      expect(coder.verify(all)).toBe(true);
      for (const shard of range(0, 5)) {
        for (const bit of range(0, 32)) {
          const damaged = all.map((bytes) => bytes.slice());
          damaged[shard]![bit >> 3]! ^= 1 << (bit & 7);
          expect(coder.verify(damaged), `shard ${shard} bit ${bit}`).toBe(false);
        }
      }
    });

    test('verify is false whenever 1..m shards of a codeword are changed', () => {
      const random = seededRandom(0xe00b);
      const coder = create(5, 4);
      const all = codewordOf(coder, random, 3);
      for (const _ of range(0, 300)) {
        const changed = random.shuffle(range(0, 9)).slice(0, 1 + random.integer(4));
        const damaged = all.map((bytes) => bytes.slice());
        for (const shard of changed) damaged[shard]![1]! ^= 1 + random.integer(255);
        expect(coder.verify(damaged), `seed ${random.seed} shards ${changed}`).toBe(false);
      }
    });

    test('verify is false for shards in another order', () => {
      const coder = create(4, 2);
      const all = codewordOf(coder, seededRandom(0xe006), 16);
      for (const i of range(0, 5)) {
        const swapped = [...all];
        [swapped[i], swapped[i + 1]] = [swapped[i + 1]!, swapped[i]!];
        expect(coder.verify(swapped), `${i} and ${i + 1}`).toBe(false);
      }
    });

    test('verify is false for empty, unequal or wrongly sized shards', () => {
      const coder = create(2, 1);
      const fixed = createCoder({ codec, dataShards: 2, parityShards: 1, shardBytes: 4 });
      const of = (...sizes: number[]) => sizes.map((size) => new Uint8Array(size));
      expect(coder.verify(of(4, 4, 4))).toBe(true);
      expect(coder.verify(of(0, 0, 0))).toBe(false);
      expect(coder.verify(of(4, 4, 5))).toBe(false);
      expect(coder.verify(of(4, 3, 4))).toBe(false);
      expect(fixed.verify(of(4, 4, 4))).toBe(true);
      expect(fixed.verify(of(6, 6, 6))).toBe(false);
    });

    test('shards longer than the work space give the same as their pieces', () => {
      const random = seededRandom(0xe013);
      const coder = create(3, 2);
      // More than 128 KiB, the longest slot, and no multiple of anything.
      const size = 300_002;
      const all = codewordOf(coder, random, size);
      const [start, end] = [131_072, 131_072 + 6400];
      const piece = coder.encode(all.slice(0, 3).map((shard) => shard.subarray(start, end)));
      expect(
        sameShards(
          piece,
          all.slice(3).map((shard) => shard.subarray(start, end)),
        ),
      ).toBe(true);
      expect(sameShards(coder.reconstruct(without(all, [0, 2])), all)).toBe(true);
      all[4]![size - 1]! ^= 1;
      expect(coder.verify(all)).toBe(false);
      expect(coder.locateCorrupt(all, { maxErrors: 1 })).toEqual([4]);
    });
  });

  test.each([
    ['leopard-ff16', 700, 324],
    ['leopard-ff16', 20_000, 300],
    ['leopard-ff16-low', 300, 1700],
    ['leopard-ff16', 32_768, 32_768],
    ['leopard-ff16-low', 1000, 64_000],
  ] as const)(
    '%s: random patterns of %i + %i shards come back, few and many lost',
    (codec, k, m) => {
      const random = seededRandom(0xe014);
      const coder = createCoder({ codec, dataShards: k, parityShards: m, shardBytes: 6 });
      const all = codewordOf(coder, random, 6);
      expect(coder.verify(all)).toBe(true);
      for (const count of [1, m]) {
        const lost = new Set(random.shuffle(range(0, k + m)).slice(0, count));
        const want = range(0, k + m).filter((i) => lost.has(i));
        const slots = all.map((shard, i) => (lost.has(i) ? null : shard));
        const found = coder.reconstruct(slots, { want });
        expect(
          sameShards(
            found,
            want.map((i) => all[i]!),
          ),
          `${count} lost`,
        ).toBe(true);
      }
    },
  );
});

test('the codecs give different parity beyond trivial shapes', () => {
  const data = shardsOf(seededRandom(0xe007), 4, 8);
  const shape = { dataShards: 4, parityShards: 5 };
  const parities = CODECS.map((codec) =>
    createErasureSync({ codec, ...shape })
      .encode(data)
      .map(bytesToHex)
      .join(),
  );
  expect(new Set(parities).size).toBe(CODECS.length);
});

test('createErasure gives the same coder as createErasureSync, and rejects where that throws', async () => {
  const options = { codec: 'gf8-cauchy', dataShards: 3, parityShards: 2, shardBytes: 8 } as const;
  const coder = await createErasure(options);
  expect(coder).toMatchObject(options);
  const data = shardsOf(seededRandom(0xe008), 3, 8);
  expect(coder.encode(data)).toEqual(createErasureSync(options).encode(data));
  const pending = createErasure({ ...options, codec: 'leopard-ff9' as Codec });
  await expect(pending).rejects.toThrow('unknown codec "leopard-ff9"');
});

test('arguments are not changed, and results share no memory with them or between calls', () => {
  const random = seededRandom(0xe009);
  const coder = createErasureSync({ codec: 'gf8-vandermonde', dataShards: 4, parityShards: 2 });
  // A Node Buffer, whose `slice` shares memory, inside a larger array.
  const data = shardsOf(random, 4, 16).map((shard) => Buffer.from(shard));
  const before = data.map(bytesToHex);
  const parity = coder.encode(data);
  const slots = [data[0]!, null, data[2]!, undefined, ...parity];
  const slotsBefore = [...slots];
  const all = coder.reconstruct(slots);
  expect(slots).toEqual(slotsBefore);
  expect(data.map(bytesToHex)).toEqual(before);
  expect(all.every((shard) => shard.constructor === Uint8Array)).toBe(true);
  const expected = all.map(bytesToHex);
  for (const shard of [...data, ...parity]) shard.fill(0);
  expect(all.map(bytesToHex)).toEqual(expected);
  expect(expected.slice(0, 4)).toEqual(before);
});

test('shards may be views at odd offsets of one buffer, or that buffer itself', () => {
  const random = seededRandom(0xe00a);
  const coder = createErasureSync({ codec: 'gf8-cauchy', dataShards: 3, parityShards: 2 });
  const whole = random.bytes(3 * 7 + 1);
  const views = [0, 1, 2].map((i) => whole.subarray(1 + 7 * i, 8 + 7 * i));
  const parity = coder.encode(views.map((view) => view.slice()));
  expect(coder.encode(views)).toEqual(parity);
  const into = new Uint8Array(14);
  const written = coder.encode(whole.subarray(1), into);
  expect(sameShards(written, parity)).toBe(true);
  expect(sameShards([into.subarray(0, 7), into.subarray(7)], parity)).toBe(true);
});

test('auto is a frozen function of the counts, and every count has a codec', () => {
  const auto = (dataShards: number, parityShards: number) =>
    createErasureSync({ codec: 'auto', dataShards, parityShards }).codec;
  const small = [
    [1, 2],
    [1, 255],
    [3, 4],
    [4, 5],
    [4, 252],
  ] as const;
  for (const [k, m] of small) expect(auto(k, m), `${k}+${m}`).toBe('gf8-cauchy');
  const medium = [
    [1, 1],
    [4, 4],
    [5, 6],
    [10, 4],
    [16, 16],
    [128, 128],
    [252, 4],
    [5, 128],
  ] as const;
  for (const [k, m] of medium) expect(auto(k, m), `${k}+${m}`).toBe('leopard-ff8');
  for (const [k, m] of [
    [200, 55],
    [250, 6],
    [129, 128],
    [1000, 1],
    [1000, 1000],
  ] as const) {
    expect(auto(k, m), `${k}+${m}`).toBe('leopard-ff16');
  }
  expect(auto(120, 136)).toBe('leopard-ff16-low');
  expect(auto(1, 256)).toBe('leopard-ff16-low');
  expect(auto(5, 129)).toBe('leopard-ff16-low');
  expect(auto(1024, 2048)).toBe('leopard-ff16-low');
  expect(auto(MAX_SHARDS / 2, MAX_SHARDS / 2)).toBe('leopard-ff16');
  expect(auto(1, MAX_SHARDS - 1)).toBe('leopard-ff16-low');
  expect(auto(MAX_SHARDS - 1, 1)).toBe('leopard-ff16');
});
