import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { CODECS, createErasureSync } from '../src/index.ts';
import { codeOf } from './code-of.ts';
import { ENGINES } from './engines.ts';
import { codewordOf, range } from './shards.ts';

describe.each(ENGINES)('%s', (_engine, createCoder) => {
  test.each(CODECS)(
    '%s: slots give what encode and reconstruct give, for lengths 1..70',
    (codec) => {
      const random = seededRandom(0x5e51);
      const coder = createCoder({ codec, dataShards: 5, parityShards: 4 });
      for (const shardBytes of range(1, 71)) {
        const all = codewordOf(coder, random, shardBytes);
        const session = coder.session({ shardBytes });
        expect(session.shardBytes).toBe(shardBytes);
        for (const i of range(0, 5)) session.slot(i).set(all[i]!);
        // Twice, as the slots must be as they were.
        session.encode();
        session.encode();
        for (const [i, shard] of all.entries()) expect([...session.slot(i)]).toEqual([...shard]);
        const order = random.shuffle(range(0, 9));
        const want = order.slice(0, 4);
        const present = order.slice(4);
        for (const i of want) session.slot(i).fill(0xaa);
        session.reconstruct({ present, want });
        for (const [i, shard] of all.entries()) {
          expect([...session.slot(i)], `seed ${random.seed} ${shardBytes} want ${want}`).toEqual([
            ...shard,
          ]);
        }
        // All data at hand: only parity is wanted.
        session.slot(6).fill(0xaa);
        session.reconstruct({ present: [0, 1, 2, 3, 4, 5, 7, 8], want: [6] });
        for (const [i, shard] of all.entries()) expect([...session.slot(i)]).toEqual([...shard]);
        session.close();
      }
    },
  );

  test('sessions are fresh, and independent of each other and of the coder', () => {
    const random = seededRandom(0x5e52);
    const coder = createCoder({
      codec: 'leopard-ff8',
      dataShards: 6,
      parityShards: 3,
      shardBytes: 100,
    });
    const all = codewordOf(coder, random, 100);
    const [first, second] = [coder.session(), coder.session()];
    for (const i of range(0, 6)) first.slot(i).set(all[i]!);
    for (const i of range(0, 9)) expect(second.slot(i).every((byte) => byte === 0)).toBe(true);
    second.close();
    for (const i of range(0, 6)) coder.encodeAdd(i, all[i]!);
    first.encode();
    expect([...first.slot(8)]).toEqual([...all[8]!]);
    coder.finish();
    expect([...first.slot(8)]).toEqual([...all[8]!]);
    const third = coder.session();
    for (const i of range(0, 9)) expect(third.slot(i).every((byte) => byte === 0)).toBe(true);
  });

  test('closed sessions and disposed coders refuse everything with disposed', () => {
    const coder = createCoder({ codec: 'gf8-cauchy', dataShards: 2, parityShards: 1 });
    const [closed, open] = [coder.session({ shardBytes: 4 }), coder.session({ shardBytes: 4 })];
    closed.close();
    closed.close();
    expect(codeOf(() => closed.slot(0))).toBe('disposed');
    open.encode();
    coder.encodeAdd(0, new Uint8Array(4));
    coder.dispose();
    coder.dispose();
    const shards = [0, 1, 2].map(() => new Uint8Array(4));
    const data = shards.slice(0, 2);
    const calls: (() => unknown)[] = [
      () => open.slot(0),
      () => open.encode(),
      () => open.reconstruct({ present: [0, 1], want: [2] }),
      () => coder.encode(data),
      () => coder.encodeShard(data, { index: 2 }),
      () => coder.encodeAdd(1, data[1]!),
      () => coder.finish(),
      () => coder.update({ index: 0, before: data[0]!, after: data[1]!, parity: [shards[2]!] }),
      () => coder.reconstruct(shards),
      () => coder.reconstructChecked([]),
      () => coder.verify(shards),
      () => coder.locateCorrupt(shards),
      () => coder.session({ shardBytes: 4 }),
    ];
    for (const call of calls) expect(codeOf(call), `${call}`).toBe('disposed');
    open.close();
  });

  test('wrong calls are refused by name', () => {
    const coder = createCoder({ codec: 'leopard-ff16', dataShards: 3, parityShards: 2 });
    expect(() => coder.session()).toThrow('shardBytes: expected a number');
    for (const shardBytes of [0, -1, 1.5, Number.NaN, 2 ** 60]) {
      expect(() => coder.session({ shardBytes })).toThrow(RangeError);
    }
    const session = coder.session({ shardBytes: 4 });
    for (const index of [-1, 5, 0.5, Number.NaN])
      expect(() => session.slot(index)).toThrow(RangeError);
    expect(() => session.slot('0' as never)).toThrow(TypeError);
    const reconstruct = (present: unknown, want: unknown) => () =>
      session.reconstruct({ present, want } as never);
    expect(codeOf(reconstruct([0, 1], [2]))).toBe('too_few_shards');
    expect(codeOf(reconstruct([0, 1, 1, 0], [2]))).toBe('too_few_shards');
    expect(reconstruct([0, 1, 2], [2])).toThrow('want: shard 2 is present');
    expect(reconstruct([0, 1, 5], [2])).toThrow(RangeError);
    expect(reconstruct([0, 1, 3], [5])).toThrow(RangeError);
    expect(reconstruct('012', [3])).toThrow(TypeError);
    expect(reconstruct([0, 1, 2], undefined)).toThrow(TypeError);
    const fixed = createErasureSync({
      codec: 'gf8-cauchy',
      dataShards: 1,
      parityShards: 1,
      shardBytes: 8,
    });
    expect(() => fixed.session({ shardBytes: 9 })).toThrow('shardBytes: expected 8, got 9');
  });
});
