import { seededRandom } from '@barycenter/testing';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import {
  CODECS,
  type Codec,
  createErasure,
  createErasureSync,
  type Erasure,
  type ErasureOptions,
} from '../src/index.ts';
import { applyMatrix, generatorMatrix, reconstructSlowly } from '../src/reference/matrix-code.ts';
import { codeOf } from './code-of.ts';

const shardsOf = (random: ReturnType<typeof seededRandom>, count: number, size: number) =>
  Array.from({ length: count }, () => random.bytes(size));

const encoded = (coder: Erasure, data: Uint8Array[]): Uint8Array[] => [
  ...data,
  ...coder.encode(data),
];

const sameShards = (left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean =>
  left.length === right.length &&
  left.every((shard, i) => bytesToHex(shard) === bytesToHex(right[i]!));

/** Every subset of 0..n-1 with at most `most` members, as bit masks. */
const lossMasks = (n: number, most: number): number[] =>
  Array.from({ length: 2 ** n }, (_, mask) => mask).filter((mask) => {
    let bits = 0;
    for (let rest = mask; rest > 0; rest &= rest - 1) bits++;
    return bits <= most;
  });

describe.each(CODECS)('%s', (codec) => {
  const create = (dataShards: number, parityShards: number): Erasure =>
    createErasureSync({ codec, dataShards, parityShards });

  test('every pattern of up to m losses is recovered, for every k + m <= 12', () => {
    const random = seededRandom(0xe001);
    let patterns = 0;
    for (let n = 2; n <= 12; n++) {
      for (let k = 1; k < n; k++) {
        const coder = create(k, n - k);
        const all = encoded(coder, shardsOf(random, k, 3));
        for (const mask of lossMasks(n, n - k)) {
          const slots = all.map((shard, i) => ((mask >> i) & 1 ? null : shard));
          if (!sameShards(coder.reconstruct(slots), all)) {
            throw new Error(`seed ${random.seed}: ${k}+${n - k} lost mask ${mask.toString(2)}`);
          }
          patterns++;
        }
      }
    }
    // For n shards: sum over m of sum_{l <= m} C(n, l) = n 2^(n-1) - 1; summed over n = 2..12.
    expect(patterns).toBe(45_045);
  });

  test('random patterns up to 256 shards come back', () => {
    const random = seededRandom(0xe002);
    const shapes = [
      [200, 55],
      [200, 56],
      [250, 6],
      [120, 136],
      [1, 255],
      [255, 1],
      [128, 128],
    ];
    for (let round = 0; round < 40; round++) {
      const shape = shapes[round];
      const k = shape?.[0] ?? 1 + random.integer(254);
      const m = shape?.[1] ?? 1 + random.integer(256 - k - 1);
      const coder = create(k, m);
      const all = encoded(coder, shardsOf(random, k, 1 + random.integer(20)));
      const order = random.shuffle(all.map((_, i) => i));
      const lost = new Set(order.slice(0, round % 2 === 0 ? m : random.integer(m + 1)));
      const slots = all.map((shard, i) => (lost.has(i) ? null : shard));
      const result = coder.reconstruct(slots);
      expect(sameShards(result, all), `seed ${random.seed} round ${round} ${k}+${m}`).toBe(true);
    }
  });

  test('parity and reconstruction equal the slow reference for shard lengths 1..200', () => {
    const random = seededRandom(0xe003);
    const shape = { dataShards: 4, parityShards: 3 };
    const generator = generatorMatrix(codec, shape);
    const coder = createErasureSync({ codec, ...shape });
    for (let size = 1; size <= 200; size++) {
      const data = shardsOf(random, 4, size);
      const all = applyMatrix(generator, data);
      expect(sameShards(encoded(coder, data), all), `length ${size}`).toBe(true);
      const lost = random.shuffle([0, 1, 2, 3, 4, 5, 6]).slice(0, 3);
      const slots = all.map((shard, i) => (lost.includes(i) ? null : shard));
      const expected = size % 10 === 0 ? reconstructSlowly(generator, slots) : all;
      expect(sameShards(coder.reconstruct(slots), expected), `length ${size}`).toBe(true);
    }
  });

  test('encoding is linear: the parity of a sum is the sum of the parities', () => {
    const random = seededRandom(0xe004);
    const coder = create(10, 4);
    const xor = (left: Uint8Array[], right: Uint8Array[]) =>
      left.map((shard, i) => shard.map((byte, j) => byte ^ right[i]![j]!));
    for (let round = 0; round < 20; round++) {
      const left = shardsOf(random, 10, 33);
      const right = shardsOf(random, 10, 33);
      expect(coder.encode(xor(left, right))).toEqual(xor(coder.encode(left), coder.encode(right)));
    }
  });

  test('verify is true for a codeword and false for every single flipped bit of a small one', () => {
    const random = seededRandom(0xe005);
    const coder = create(3, 2);
    const all = encoded(coder, shardsOf(random, 3, 4));
    expect(coder.verify(all)).toBe(true);
    for (let shard = 0; shard < 5; shard++) {
      for (let bit = 0; bit < 32; bit++) {
        const damaged = all.map((bytes) => bytes.slice());
        damaged[shard]![bit >> 3]! ^= 1 << (bit & 7);
        expect(coder.verify(damaged), `shard ${shard} bit ${bit}`).toBe(false);
      }
    }
  });

  test('verify is false whenever 1..m shards of a codeword are changed', () => {
    const random = seededRandom(0xe00b);
    const coder = create(5, 4);
    const all = encoded(coder, shardsOf(random, 5, 3));
    for (let round = 0; round < 300; round++) {
      const changed = random.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8]).slice(0, 1 + random.integer(4));
      const damaged = all.map((bytes) => bytes.slice());
      for (const shard of changed) damaged[shard]![1]! ^= 1 + random.integer(255);
      expect(coder.verify(damaged), `seed ${random.seed} shards ${changed}`).toBe(false);
    }
  });

  test('verify is false for shards in another order', () => {
    const random = seededRandom(0xe006);
    const coder = create(4, 2);
    const all = encoded(coder, shardsOf(random, 4, 16));
    for (let i = 0; i < 5; i++) {
      const swapped = [...all];
      [swapped[i], swapped[i + 1]] = [swapped[i + 1]!, swapped[i]!];
      expect(coder.verify(swapped), `${i} and ${i + 1}`).toBe(false);
    }
  });

  test('verify is false for empty, unequal or wrongly sized shards', () => {
    const coder = create(2, 1);
    const fixed = createErasureSync({ codec, dataShards: 2, parityShards: 1, shardBytes: 4 });
    const of = (...sizes: number[]) => sizes.map((size) => new Uint8Array(size));
    expect(coder.verify(of(4, 4, 4))).toBe(true);
    expect(coder.verify(of(0, 0, 0))).toBe(false);
    expect(coder.verify(of(4, 4, 5))).toBe(false);
    expect(coder.verify(of(4, 3, 4))).toBe(false);
    expect(fixed.verify(of(4, 4, 4))).toBe(true);
    expect(fixed.verify(of(5, 5, 5))).toBe(false);
  });
});

test('the two codecs give different parity beyond trivial shapes', () => {
  const data = shardsOf(seededRandom(0xe007), 4, 8);
  const shape = { dataShards: 4, parityShards: 2 };
  const parities = CODECS.map((codec) => createErasureSync({ codec, ...shape }).encode(data));
  expect(sameShards(parities[0]!, parities[1]!)).toBe(false);
});

test('createErasure gives the same coder as createErasureSync, and rejects where that throws', async () => {
  const options = { codec: 'gf8-cauchy', dataShards: 3, parityShards: 2, shardBytes: 8 } as const;
  const coder = await createErasure(options);
  expect(coder).toMatchObject(options);
  const data = shardsOf(seededRandom(0xe008), 3, 8);
  expect(coder.encode(data)).toEqual(createErasureSync(options).encode(data));
  const pending = createErasure({ ...options, codec: 'leopard-ff8' as Codec });
  await expect(pending).rejects.toThrow('unknown codec "leopard-ff8"');
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

test('shards may be views at odd offsets of one buffer', () => {
  const random = seededRandom(0xe00a);
  const coder = createErasureSync({ codec: 'gf8-cauchy', dataShards: 3, parityShards: 2 });
  const whole = random.bytes(3 * 7 + 1);
  const views = [0, 1, 2].map((i) => whole.subarray(1 + 7 * i, 8 + 7 * i));
  expect(coder.encode(views)).toEqual(coder.encode(views.map((view) => view.slice())));
});

describe('bad calls and bad data', () => {
  const valid: ErasureOptions = { codec: 'gf8-vandermonde', dataShards: 3, parityShards: 2 };
  const wrong = (options: Record<string, unknown>) => () =>
    createErasureSync({ ...valid, ...options } as ErasureOptions);

  test.each([
    'leopard-ff8',
    '',
    '__proto__',
    'toString',
    'GF8-CAUCHY',
    undefined,
    null,
    0,
    Symbol('x'),
    {},
  ])('codec %s is refused with unknown_codec in a short message', (codec) => {
    expect(codeOf(wrong({ codec }))).toBe('unknown_codec');
    expect(wrong({ codec })).toThrow(/^unknown codec .{1,90}$/);
  });

  test('a long codec name is not repeated in the message', () => {
    expect(wrong({ codec: 'x'.repeat(10_000) })).toThrow(/^unknown codec "x{40}": .{1,40}$/);
  });

  test('counts outside 1..255 or above 256 together are refused', () => {
    for (const count of [0, -1, 256, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(wrong({ dataShards: count }), `${count}`).toThrow(RangeError);
      expect(wrong({ parityShards: count }), `${count}`).toThrow(RangeError);
    }
    expect(wrong({ dataShards: 200, parityShards: 57 })).toThrow(RangeError);
    expect(wrong({ dataShards: '3' })).toThrow(TypeError);
    expect(wrong({ parityShards: 3n })).toThrow(TypeError);
    for (const shardBytes of [0, -1, 1.5, Number.NaN, 2 ** 60]) {
      expect(wrong({ shardBytes }), `${shardBytes}`).toThrow(RangeError);
    }
    expect(wrong({ shardBytes: '4' })).toThrow(TypeError);
    expect(() => createErasureSync(undefined as never)).toThrow(TypeError);
  });

  const coder = createErasureSync(valid);
  const fixed = createErasureSync({ ...valid, shardBytes: 4 });
  const bytes = (...sizes: number[]) => sizes.map((size) => new Uint8Array(size));

  test('encode names the argument it refuses', () => {
    expect(() => coder.encode(bytes(4, 4))).toThrow('data: expected 3 entries, got 2');
    expect(() => coder.encode(bytes(4, 4, 4, 4))).toThrow(RangeError);
    expect(() => coder.encode(bytes(4, 5, 4))).toThrow('data[1]: expected 4 bytes, got 5');
    expect(() => coder.encode(bytes(0, 0, 0))).toThrow('data[0]: expected at least 1 byte');
    expect(() => fixed.encode(bytes(5, 5, 5))).toThrow('data[0]: expected 4 bytes, got 5');
    for (const entry of [
      null,
      undefined,
      'aaaa',
      [1, 2, 3, 4],
      new Uint16Array(4),
      { length: 4 },
    ]) {
      expect(() => coder.encode([...bytes(4, 4), entry as never])).toThrow(TypeError);
    }
    expect(() => coder.encode(new Array(3) as never)).toThrow(TypeError);
    expect(() => coder.encode(new Uint8Array(3) as never)).toThrow(TypeError);
    expect(() => coder.encode(undefined as never)).toThrow(TypeError);
  });

  test('reconstruct refuses fewer than k shards with too_few_shards, saying how many', () => {
    const slots = [null, new Uint8Array(4), null, new Uint8Array(4), null];
    expect(codeOf(() => coder.reconstruct(slots))).toBe('too_few_shards');
    expect(() => coder.reconstruct(slots)).toThrow('have 2, need 3');
    expect(codeOf(() => coder.reconstruct([null, null, null, null, null]))).toBe('too_few_shards');
  });

  test('reconstruct refuses unequal, empty or wrongly sized shards with shard_length and the index', () => {
    const cases: [Erasure, number[], number][] = [
      [coder, [4, 4, 4, 4, 3], 4],
      [coder, [4, 5, 4, 4, 4], 1],
      [coder, [0, 0, 0, 0, 0], 0],
      [fixed, [5, 5, 5, 5, 5], 0],
      [fixed, [4, 4, 0, 4, 4], 2],
    ];
    for (const [target, sizes, index] of cases) {
      const call = () => target.reconstruct(bytes(...sizes));
      expect(codeOf(call)).toBe('shard_length');
      expect(call).toThrow(expect.objectContaining({ index }));
    }
  });

  test('reconstruct and verify refuse lists of another shape as wrong calls', () => {
    expect(() => coder.reconstruct(bytes(4, 4, 4, 4))).toThrow(RangeError);
    expect(() => coder.reconstruct(bytes(4, 4, 4, 4, 4, 4))).toThrow(RangeError);
    expect(() => coder.reconstruct([...bytes(4, 4, 4, 4), 'aaaa' as never])).toThrow(TypeError);
    expect(() => coder.reconstruct(null as never)).toThrow(TypeError);
    expect(() => coder.verify(bytes(4, 4, 4, 4))).toThrow(RangeError);
    expect(() => coder.verify([...bytes(4, 4, 4, 4), null as never])).toThrow(TypeError);
    expect(() => coder.verify({} as never)).toThrow(TypeError);
  });
});
