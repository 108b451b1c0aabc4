/** Wrong calls and hostile bytes: every one is refused by name or code, none is half done. */
import { describe, expect, test } from 'vitest';
import {
  autoCodec,
  CODECS,
  createErasureSync,
  type Erasure,
  type ErasureOptions,
} from '../src/index.ts';
import { codeOf } from './code-of.ts';

const valid: ErasureOptions = { codec: 'gf8-vandermonde', dataShards: 3, parityShards: 2 };
const wrong = (options: Record<string, unknown>) => () =>
  createErasureSync({ ...valid, ...options } as ErasureOptions);
const bytes = (...sizes: number[]) => sizes.map((size) => new Uint8Array(size));
const coder = createErasureSync(valid);
const fixed = createErasureSync({ ...valid, shardBytes: 4 });

describe('creation', () => {
  test.each([
    'leopard-ff9',
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

  test('counts that no codec has are refused', () => {
    for (const codec of [...CODECS, 'auto']) {
      for (const count of [0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
        expect(wrong({ codec, dataShards: count }), `${codec} ${count}`).toThrow(RangeError);
        expect(wrong({ codec, parityShards: count }), `${codec} ${count}`).toThrow(RangeError);
      }
      expect(wrong({ codec, dataShards: '3' })).toThrow(TypeError);
      expect(wrong({ codec, parityShards: 3n })).toThrow(TypeError);
    }
    for (const shardBytes of [0, -1, 1.5, Number.NaN, 2 ** 60]) {
      expect(wrong({ shardBytes }), `${shardBytes}`).toThrow(RangeError);
    }
    expect(wrong({ shardBytes: '4' })).toThrow(TypeError);
    expect(() => createErasureSync(undefined as never)).toThrow(TypeError);
    expect(() => autoCodec({ dataShards: 0, parityShards: 1 })).toThrow(RangeError);
  });

  test.each([
    ['gf8-vandermonde', 200, 57, 'dataShards + parityShards is at most 256, got 257'],
    ['gf8-cauchy', 255, 2, 'at most 256'],
    ['gf8-jerasure', 1, 256, 'at most 256'],
    // Each fits by its sum; klauspost's WithLeopardGF panics on them.
    ['leopard-ff8', 200, 55, 'dataShards + nextPow2(parityShards) is at most 256, got 264'],
    ['leopard-ff8', 250, 6, 'got 258'],
    ['leopard-ff8', 120, 136, 'got 376'],
    ['leopard-ff8', 1, 255, 'got 257'],
    ['leopard-ff16', 40_000, 25_536, 'got 72768'],
    ['leopard-ff16-low', 40_000, 1, 'nextPow2(dataShards) + parityShards is at most 65536'],
    ['auto', 33_000, 32_769, 'at most 65536'],
  ])('%s cannot make %i + %i and says why', (codec, dataShards, parityShards, message) => {
    const call = wrong({ codec, dataShards, parityShards });
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });
});

describe('arguments', () => {
  test('encode names the argument it refuses', () => {
    expect(() => coder.encode(bytes(4, 4))).toThrow('data: expected 3 entries, got 2');
    expect(() => coder.encode(bytes(4, 4, 4, 4))).toThrow(RangeError);
    expect(() => coder.encode(bytes(4, 5, 4))).toThrow('data[1]: expected 4 bytes, got 5');
    expect(() => coder.encode(bytes(0, 0, 0))).toThrow('data[0]: expected at least 1 byte');
    expect(() => fixed.encode(bytes(5, 5, 5))).toThrow('data[0]: expected 4 bytes, got 5');
    expect(() => coder.encode(new Uint8Array(4))).toThrow('data: expected a multiple of 3');
    expect(() => coder.encode(new Uint8Array(0))).toThrow(RangeError);
    expect(() => fixed.encode(new Uint8Array(15))).toThrow('data: expected 12 bytes, got 15');
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
    expect(() => coder.encode(undefined as never)).toThrow(TypeError);
  });

  test('a detached buffer is refused like any shard of another length', () => {
    const data = bytes(4, 4, 4);
    structuredClone(data[1], { transfer: [data[1]!.buffer] });
    expect(() => coder.encode(data)).toThrow('data[1]: expected at least 1 byte, got 0');
    expect(coder.verify([...data, ...bytes(4, 4)])).toBe(false);
  });

  test('a list that answers differently when read again is read once', () => {
    const data = bytes(4, 4, 4);
    let reads = 0;
    Object.defineProperty(data, 1, {
      get: () => (reads++ === 0 ? new Uint8Array(4) : 'not bytes at all'),
      enumerable: true,
    });
    expect(coder.encode(data).map((shard) => shard.length)).toEqual([4, 4]);
    expect(reads).toBe(1);
  });

  test('results go only into memory of the right size', () => {
    const data = bytes(4, 4, 4);
    expect(() => coder.encode(data, bytes(4))).toThrow('into: expected 2 entries, got 1');
    expect(() => coder.encode(data, bytes(4, 5))).toThrow('into[1]: expected 4 bytes, got 5');
    expect(() => coder.encode(data, new Uint8Array(9))).toThrow('into: expected 8 bytes, got 9');
    expect(() => coder.encode(data, [new Uint8Array(4), 'abcd' as never])).toThrow(TypeError);
    expect(() => coder.encode(data, null as never)).toThrow(TypeError);
    expect(() => coder.encodeShard(data, { index: 3, into: new Uint8Array(3) })).toThrow(
      RangeError,
    );
    const into = bytes(4, 4);
    expect(() => coder.reconstruct([...data, null, null], { want: [4], into })).toThrow(RangeError);
    expect(() => coder.reconstruct([...data, null, null], { into: new Uint8Array(19) })).toThrow(
      'into: expected 20 bytes, got 19',
    );
  });

  test('results never share memory with what is still to be read, or with each other', () => {
    const memory = new Uint8Array(40);
    const at = (start: number, size = 4) => memory.subarray(start, start + size);
    const data = [at(0), at(8), at(16)];
    const refuses = (into: Uint8Array[] | Uint8Array, place: number) =>
      expect(() => coder.encode(data, into)).toThrow(
        `into: shard ${place} shares memory with another argument`,
      );
    refuses([at(0), at(20)], 0);
    refuses([at(20), at(19)], 1);
    refuses([at(20), at(20)], 1);
    refuses([at(13), at(24)], 0);
    refuses([at(24), at(11)], 1);
    refuses(at(10, 8), 0);
    refuses([new Uint8Array(4), at(5)].reverse(), 0);
    // Between and behind the shards there is room, and inputs may overlap each other.
    expect(coder.encode(data, [at(12), at(4)])).toHaveLength(2);
    expect(coder.encode([at(0, 8), at(4, 8), at(6, 8)], [at(14, 8), at(22, 8)])).toHaveLength(2);
    expect(() => coder.encode([at(0, 8), at(2, 8), at(3, 8)], [at(10, 8), at(18, 8)])).toThrow(
      'into: shard 0 shares memory',
    );
    const parity = coder.encode(data);
    const change = { index: 0, before: data[0]!, after: data[1]! };
    expect(() => coder.update({ ...change, parity, into: [parity[1]!, parity[0]!] })).toThrow(
      'shares memory',
    );
    const twice = [parity[0]!, parity[0]!];
    expect(() => coder.update({ ...change, parity: twice, into: twice })).toThrow('shares memory');
    expect(() => coder.reconstruct([...data, null, null], { want: 'data', into: data })).toThrow(
      'shares memory',
    );
  });

  test('memory shared between threads is taken', () => {
    const memory = new Uint8Array(new SharedArrayBuffer(12)).fill(7);
    const into = new Uint8Array(new SharedArrayBuffer(8));
    expect(coder.encode(memory, into).map((shard) => [...shard])).toEqual([
      [7, 7, 7, 7],
      [7, 7, 7, 7],
    ]);
  });

  test('encodeShard, encodeAdd and update name what they refuse', () => {
    const data = bytes(4, 4, 4);
    for (const index of [-1, 5, 1.5, Number.NaN]) {
      expect(() => coder.encodeShard(data, { index })).toThrow(
        'index: expected an integer in 0..4',
      );
    }
    expect(() => coder.encodeShard(data, { index: '3' as never })).toThrow(TypeError);
    for (const index of [-1, 3, 1.5]) {
      expect(() => coder.encodeAdd(index, data[0]!)).toThrow('index: expected an integer in 0..2');
    }
    expect(codeOf(() => coder.finish())).toBe('too_few_shards');
    coder.encodeAdd(1, data[1]!);
    expect(() => coder.encodeAdd(1, data[1]!)).toThrow('index: shard 1 was added before');
    expect(() => coder.encodeAdd(0, new Uint8Array(5))).toThrow(
      'shard[0]: expected 4 bytes, got 5',
    );
    expect(() => coder.finish()).toThrow('have 1, need 3');
    coder.encodeAdd(0, data[0]!);
    coder.encodeAdd(2, data[2]!);
    expect(() => coder.finish(new Uint8Array(7))).toThrow('into: expected 8 bytes, got 7');
    expect(coder.finish()).toEqual(bytes(4, 4));
    const [before, after, parity] = [bytes(4)[0]!, bytes(5)[0]!, bytes(4, 4)];
    expect(() => coder.update({ index: 0, before, after, parity })).toThrow(
      'after[0]: expected 4 bytes, got 5',
    );
    expect(() => coder.update({ index: 3, before, after: before, parity })).toThrow(RangeError);
    expect(() =>
      coder.update({ index: 0, before, after: before, parity: parity.slice(1) }),
    ).toThrow('parity: expected 2 entries, got 1');
  });

  test('reconstruct refuses fewer than k shards with too_few_shards, saying how many', () => {
    const slots = [null, new Uint8Array(4), null, new Uint8Array(4), null];
    expect(codeOf(() => coder.reconstruct(slots))).toBe('too_few_shards');
    expect(() => coder.reconstruct(slots)).toThrow('have 2, need 3');
    expect(codeOf(() => coder.reconstruct([null, null, null, null, null]))).toBe('too_few_shards');
    expect(codeOf(() => coder.locateCorrupt(slots))).toBe('too_few_shards');
  });

  test('reconstruct refuses unequal, empty or wrongly sized shards with shard_length and the index', () => {
    const wide = createErasureSync({ codec: 'leopard-ff16', dataShards: 3, parityShards: 2 });
    const cases: [Erasure, number[], number][] = [
      [coder, [4, 4, 4, 4, 3], 4],
      [coder, [4, 5, 4, 4, 4], 1],
      [coder, [0, 0, 0, 0, 0], 0],
      [fixed, [5, 5, 5, 5, 5], 0],
      [fixed, [4, 4, 0, 4, 4], 2],
      [wide, [5, 5, 5, 5, 6], 3],
      [wide, [5, 5, 6, 6, 6], 2],
    ];
    for (const [target, sizes, index] of cases) {
      for (const call of [
        () => target.reconstruct(bytes(...sizes)),
        () => target.locateCorrupt(bytes(...sizes)),
      ]) {
        expect(codeOf(call)).toBe('shard_length');
        expect(call).toThrow(expect.objectContaining({ index }));
      }
    }
  });

  test('reconstruct gives what is wanted, in that order, and refuses other wishes', () => {
    const all = [1, 2, 3].map((byte) => new Uint8Array(4).fill(byte));
    all.push(...coder.encode(all));
    const slots = [all[0]!, null, all[2]!, null, all[4]!];
    expect(coder.reconstruct(slots, { want: 'data' })).toEqual(all.slice(0, 3));
    expect(coder.reconstruct(slots, { want: [3, 0, 1] })).toEqual([all[3], all[0], all[1]]);
    expect(coder.reconstruct(slots, { want: [] })).toEqual([]);
    const into = new Uint8Array(8);
    expect(coder.reconstruct(slots, { want: [1, 3], into })).toEqual([all[1], all[3]]);
    expect([...into]).toEqual([...all[1]!, ...all[3]!]);
    for (const want of [[5], [-1], [0.5], [1, 1]]) {
      expect(() => coder.reconstruct(slots, { want })).toThrow(RangeError);
    }
    for (const want of ['parity', null, 3, ['1']]) {
      expect(() => coder.reconstruct(slots, { want: want as never })).toThrow(TypeError);
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
