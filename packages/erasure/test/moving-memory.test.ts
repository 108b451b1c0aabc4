/** Memory that moves under the coder's feet never loses or invents a byte. */
import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { Coder } from '../src/coder.ts';
import { CODECS, createErasureSync } from '../src/index.ts';
import { engineOn } from '../src/wasm/engine.ts';
import { codeOf } from './code-of.ts';
import { MODULES, openEngines } from './engines.ts';
import { createMovingEngine } from './moving-engine.ts';
import { codewordOf, range, sameShards, without } from './shards.ts';

describe.each(CODECS)('%s', (codec) => {
  const shape = { codec, dataShards: 4, parityShards: 3, shardBytes: undefined };
  const create = () => new Coder(shape, createMovingEngine(), 'a test');
  const random = seededRandom(0x30ce);
  const all = codewordOf(createErasureSync(shape), random, 70);

  test('a session whose views were detached refuses to compute until they are renewed', () => {
    const coder = create();
    const session = coder.session({ shardBytes: 70 });
    const views = range(0, 4).map((i) => session.slot(i));
    views.forEach((view, i) => {
      view.set(all[i]!);
    });
    session.encode();
    coder.session({ shardBytes: 1 });
    expect(views.map((view) => view.length)).toEqual([0, 0, 0, 0]);
    expect(() => session.encode()).toThrow(
      expect.objectContaining({ code: 'stale_view', index: 0 }),
    );
    expect(codeOf(() => session.reconstruct({ present: [0, 1, 2, 3], want: [4] }))).toBe(
      'stale_view',
    );
    for (const i of range(0, 3)) session.slot(i);
    expect(() => session.encode()).toThrow(
      expect.objectContaining({ code: 'stale_view', index: 3 }),
    );
    session.slot(3);
    session.encode();
    expect(
      sameShards(
        range(0, 7).map((i) => session.slot(i)),
        all,
      ),
    ).toBe(true);
  });

  test('a slot that was never asked for cannot be stale', () => {
    const coder = create();
    const session = coder.session({ shardBytes: 70 });
    for (const i of range(0, 4)) session.slot(i).set(all[i]!);
    coder.session({ shardBytes: 1 });
    for (const i of range(0, 4)) session.slot(i);
    session.encode();
    expect(sameShards([session.slot(6)], [all[6]!])).toBe(true);
  });

  test('calls between which sessions are opened give the same as without', () => {
    const coder = create();
    const move = () => coder.session({ shardBytes: 64 }).close();
    const [data, parity] = [all.slice(0, 4), all.slice(4)];
    expect(sameShards(coder.encode(data), parity)).toBe(true);
    for (const i of [2, 0, 3, 1]) {
      move();
      coder.encodeAdd(i, data[i]!);
    }
    move();
    expect(sameShards(coder.finish(), parity)).toBe(true);
    move();
    expect(sameShards(coder.reconstruct(without(all, [0, 3, 5])), all)).toBe(true);
    move();
    expect(coder.verify(all)).toBe(true);
    move();
    const damaged = all.map((shard, i) => (i === 1 ? shard.map((byte) => byte ^ 3) : shard));
    expect(coder.locateCorrupt(damaged)).toEqual([1]);
  });
});

describe.each(openEngines().filter(([name]) => name !== 'js'))('%s', (_name, engine) => {
  test('a kernel whose memory has grown: stale views are refused, renewed ones have the contents', () => {
    const shape = { codec: 'leopard-ff16', dataShards: 4, parityShards: 3 } as const;
    const coder = new Coder({ ...shape, shardBytes: undefined }, engine, 'a test');
    const all = codewordOf(coder, seededRandom(0x30cf), 70);
    const session = coder.session({ shardBytes: 70 });
    const views = range(0, 4).map((i) => session.slot(i));
    views.forEach((view, i) => {
      view.set(all[i]!);
    });
    // Far more than the memory that there is.
    coder.session({ shardBytes: 2 ** 23 });
    expect(views.map((view) => view.length)).toEqual([0, 0, 0, 0]);
    expect(codeOf(() => session.encode())).toBe('stale_view');
    for (const i of range(0, 4)) session.slot(i);
    session.encode();
    expect(
      sameShards(
        range(0, 7).map((i) => session.slot(i)),
        all,
      ),
    ).toBe(true);
    expect(sameShards(coder.encode(all.slice(0, 4)), all.slice(4))).toBe(true);
    coder.dispose();
  });
});

test.each(MODULES)(
  '$name: 10,000 loss patterns do not make the memory grow',
  ({ name, module }) => {
    const random = seededRandom(0x30d0);
    const instance = new WebAssembly.Instance(module);
    const memory = instance.exports.memory as WebAssembly.Memory;
    const shape = { codec: 'leopard-ff8', dataShards: 30, parityShards: 20 } as const;
    const engine = engineOn(instance, name);
    const coder = new Coder({ ...shape, shardBytes: undefined }, engine, 'a test');
    const all = codewordOf(coder, random, 64);
    const indices = range(0, 50);
    coder.reconstruct(without(all, indices.slice(0, 20)));
    const before = memory.buffer.byteLength;
    for (let pattern = 0; pattern < 10_000; pattern++) {
      const lost = random.shuffle(indices).slice(0, 1 + random.integer(20));
      coder.reconstruct(without(all, lost), { want: lost });
    }
    expect(memory.buffer.byteLength).toBe(before);
  },
);
