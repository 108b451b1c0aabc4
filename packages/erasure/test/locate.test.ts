import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { CODECS, createErasureSync } from '../src/index.ts';
import { codeOf } from './code-of.ts';
import { codewordOf, type Random, range, without } from './shards.ts';

/** Copies with some shards changed: everywhere, or at one byte only. */
const damage = (
  all: readonly Uint8Array[],
  wrong: readonly number[],
  random: Random,
): Uint8Array[] =>
  all.map((shard, i) => {
    if (!wrong.includes(i)) return shard;
    if (random.integer(2) === 0) return shard.map((byte) => byte ^ (1 + random.integer(255)));
    const copy = shard.slice();
    copy[random.integer(copy.length)]! ^= 1 + random.integer(255);
    return copy;
  });

describe.each(CODECS)('%s', (codec) => {
  test('every set of e wrong shards is found where 2e are spare, for k + m = 7', () => {
    const random = seededRandom(0x10c1);
    for (const k of range(1, 7)) {
      const coder = createErasureSync({ codec, dataShards: k, parityShards: 7 - k });
      const all = codewordOf(coder, random, 5);
      const most = (7 - k) >> 1;
      for (const mask of range(0, 128)) {
        const wrong = range(0, 7).filter((i) => (mask >> i) & 1);
        if (wrong.length > most) continue;
        expect(coder.locateCorrupt(damage(all, wrong, random)), `${k}: ${wrong}`).toEqual(wrong);
      }
    }
  });

  test('random shapes with missing and wrong shards: exactly the wrong ones are found', () => {
    const random = seededRandom(0x10c2);
    for (const round of range(0, 40)) {
      const k = 1 + random.integer(30);
      const m = 1 + random.integer(30);
      const coder = createErasureSync({ codec, dataShards: k, parityShards: m });
      const all = codewordOf(coder, random, 1 + random.integer(150));
      const order = random.shuffle(range(0, k + m));
      const missing = order.slice(0, random.integer(m + 1));
      const present = order.slice(missing.length);
      const most = Math.floor((m - missing.length) / 2);
      const wrong = present.slice(0, random.integer(most + 1)).sort((a, b) => a - b);
      const shards = without(damage(all, wrong, random), missing);
      const message = `seed ${random.seed} round ${round}: ${k}+${m}, missing ${missing}`;
      expect(coder.locateCorrupt(shards), message).toEqual(wrong);
    }
  });

  test('all 256 shards of a full code: the wrong ones are found, the last and first included', () => {
    const random = seededRandom(0x10c3);
    const coder = createErasureSync({ codec, dataShards: 128, parityShards: 128 });
    const all = codewordOf(coder, random, 3);
    const wrong = [0, 1, 127, 128, 254, 255];
    expect(coder.locateCorrupt(damage(all, wrong, random))).toEqual(wrong);
    const many = random
      .shuffle(range(0, 256))
      .slice(0, 64)
      .sort((a, b) => a - b);
    expect(coder.locateCorrupt(damage(all, many, random))).toEqual(many);
  });

  test('more wrong shards than can be located are refused, or others explain the rest', () => {
    const random = seededRandom(0x10c4);
    const coder = createErasureSync({ codec, dataShards: 6, parityShards: 4 });
    const all = codewordOf(coder, random, 64);
    let refused = 0;
    for (const _ of range(0, 20)) {
      const wrong = random.shuffle(range(0, 10)).slice(0, 4);
      const shards = all.map((shard, i) => (wrong.includes(i) ? random.bytes(64) : shard));
      try {
        coder.reconstruct(without(shards, coder.locateCorrupt(shards)));
      } catch (error) {
        expect(
          codeOf(() => {
            throw error;
          }),
        ).toBe('too_many_errors');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(15);
    const one = damage(all, [3], random);
    expect(codeOf(() => coder.locateCorrupt(one, { maxErrors: 0 }))).toBe('too_many_errors');
    expect(coder.locateCorrupt(one, { maxErrors: 1 })).toEqual([3]);
    expect(coder.locateCorrupt(all, { maxErrors: 0 })).toEqual([]);
  });

  test('one spare shard tells that something is wrong; none tells nothing', () => {
    const random = seededRandom(0x10c5);
    const coder = createErasureSync({ codec, dataShards: 4, parityShards: 2 });
    const shards = damage(codewordOf(coder, random, 8), [2], random);
    expect(codeOf(() => coder.locateCorrupt(without(shards, [5])))).toBe('too_many_errors');
    expect(coder.locateCorrupt(without(shards, [4, 5]))).toEqual([]);
    expect(codeOf(() => coder.locateCorrupt(without(shards, [3, 4, 5])))).toBe('too_few_shards');
    for (const maxErrors of [2, -1, 0.5, Number.NaN]) {
      expect(() => coder.locateCorrupt(shards, { maxErrors })).toThrow(RangeError);
    }
  });
});

test('1,000 + 1,000 shards: 40 wrong ones are found with the number bounded', () => {
  const random = seededRandom(0x10c6);
  const coder = createErasureSync({ codec: 'leopard-ff16', dataShards: 1000, parityShards: 1000 });
  const all = codewordOf(coder, random, 8);
  const wrong = random
    .shuffle(range(0, 2000))
    .slice(0, 40)
    .sort((a, b) => a - b);
  expect(coder.locateCorrupt(damage(all, wrong, random), { maxErrors: 40 })).toEqual(wrong);
});
