import { readFileSync } from 'node:fs';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import type { Codec, Shape, Workspace } from '../src/engine.ts';
import { createJsEngine } from '../src/js/engine.ts';
import { createWasmEngine, engineOn } from '../src/wasm/engine.ts';
import { acceptsKernel, KNOWN_ANSWER } from '../src/wasm/known-answer.ts';

const LEOPARD: readonly Codec[] = ['leopard-ff8', 'leopard-ff16', 'leopard-ff16-low'];
const SHAPES: readonly (readonly [k: number, m: number])[] = [
  [1, 1],
  [2, 3],
  [5, 3],
  [3, 9],
  [16, 16],
  [17, 40],
  [100, 27],
  [190, 55],
];

const modules = (['relaxed', 'strict'] as const).map((name) => ({
  name,
  module: new WebAssembly.Module(
    readFileSync(new URL(`../src/kernel/${name}.wasm`, import.meta.url)),
  ),
}));

describe.each(modules)('$name', ({ name, module }) => {
  const wasm = createWasmEngine(module, name);
  const js = createJsEngine();

  test('parity, recovered shards and coefficients are those of the JavaScript engine', () => {
    const random = seededRandom(41);
    for (const codec of LEOPARD) {
      for (const [dataShards, parityShards] of SHAPES) {
        const slotBytes = 64 * (1 + random.integer(20));
        const shape = { codec, dataShards, parityShards, slotBytes };
        const label = `${codec} ${dataShards}+${parityShards} x ${slotBytes}`;
        const [ours, theirs] = [wasm, js].map((engine) => engine.open(shape)) as [
          Workspace,
          Workspace,
        ];
        for (let i = 0; i < dataShards; i++) {
          const shard = random.bytes(slotBytes);
          for (const workspace of [ours, theirs]) workspace.slot(i).set(shard);
        }
        for (const workspace of [ours, theirs]) workspace.encode(slotBytes);
        const all = shards(theirs, shape);
        expect(shards(ours, shape), label).toEqual(all);

        const lost = 1 + random.integer(parityShards);
        const order = random.shuffle(
          Array.from({ length: dataShards + parityShards }, (_, i) => i),
        );
        const wanted = order.slice(0, lost);
        const sources = order.slice(lost, lost + dataShards);
        const present = new Uint8Array(order.length).fill(1);
        for (const i of wanted) present[i] = 0;
        for (const i of wanted) ours.slot(i).fill(0xaa);
        ours.recover(present, wanted, slotBytes);
        expect(shards(ours, shape), `${label}: recovered`).toEqual(all);

        const rows = ours.coefficients(sources, wanted);
        expect(rows, `${label}: coefficients`).toEqual(theirs.coefficients(sources, wanted));
        for (const i of wanted) ours.slot(i).fill(0xaa);
        ours.combine(wanted, sources, rows, slotBytes);
        expect(shards(ours, shape), `${label}: combined`).toEqual(all);
        ours.close();
        theirs.close();
      }
    }
  });

  test('combinations are those of the JavaScript engine, added or not, on a part of the slots', () => {
    const random = seededRandom(42);
    for (const codec of ['gf8-cauchy', 'leopard-ff8', 'leopard-ff16'] as const) {
      for (const [dataShards, parityShards] of [...SHAPES, [120, 100] as const]) {
        const shape = { codec, dataShards, parityShards, slotBytes: 1216 };
        const bytes = 64 * (1 + random.integer(19));
        const [ours, theirs] = [wasm, js].map((engine) => engine.open(shape)) as [
          Workspace,
          Workspace,
        ];
        const order = random.shuffle(
          Array.from({ length: dataShards + parityShards }, (_, i) => i),
        );
        for (const i of order) {
          const shard = random.bytes(shape.slotBytes);
          for (const workspace of [ours, theirs]) workspace.slot(i).set(shard);
        }
        const [targets, sources] = [order.slice(0, parityShards), order.slice(parityShards)];
        const limit = codec === 'leopard-ff16' ? 65_536 : 256;
        const coefficients = Uint16Array.from({ length: dataShards * parityShards }, () =>
          random.integer(limit),
        );
        for (const add of [false, true]) {
          for (const workspace of [ours, theirs]) {
            workspace.combine(targets, sources, coefficients, bytes, add);
          }
          const label = `${codec} ${dataShards}+${parityShards} x ${bytes}, add ${add}`;
          expect(shards(ours, shape), label).toEqual(shards(theirs, shape));
        }
        ours.close();
        theirs.close();
      }
    }
  });

  test('workspaces side by side do not touch each other, and closed ones are used again', () => {
    const instance = new WebAssembly.Instance(module);
    const engine = engineOn(instance, name);
    const memory = instance.exports.memory as WebAssembly.Memory;
    const shape = { codec: 'leopard-ff16', dataShards: 20, parityShards: 30 } as const;
    const fill = (workspace: Workspace, byte: number): void => {
      for (let i = 0; i < 50; i++) workspace.slot(i).fill(byte + i);
    };
    const open = (slotBytes: number): Workspace => engine.open({ ...shape, slotBytes });
    const first = open(64);
    fill(first, 1);
    const second = open(70_016);
    fill(second, 2);
    second.encode(70_016);
    for (let i = 0; i < 50; i++) expect(first.slot(i)[i]).toBe(1 + i);
    second.close();
    const grown = memory.buffer.byteLength;
    for (let round = 0; round < 20; round++) {
      const workspaces = [open(6400), open(12_800), open(19_200)];
      workspaces[1]!.close();
      workspaces[0]!.close();
      workspaces[2]!.close();
    }
    expect(memory.buffer.byteLength).toBe(grown);
    for (let i = 0; i < 50; i++) expect(first.slot(i)[i]).toBe(1 + i);
  });

  test('a workspace that memory has no room for is a RangeError, and the engine goes on', () => {
    const engine = createWasmEngine(module, name);
    const shape = { codec: 'leopard-ff16', dataShards: 30_000, parityShards: 30_000 } as const;
    expect(() => engine.open({ ...shape, slotBytes: 131_072 })).toThrow(RangeError);
    const workspace = engine.open({ ...shape, dataShards: 3, parityShards: 2, slotBytes: 64 });
    expect(workspace.slot(4).length).toBe(64);
  });

  test('the kernel gives the known answer', () => {
    expect(acceptsKernel(new WebAssembly.Instance(module))).toBe(true);
  });
});

test('the known answer is that of the JavaScript engine', () => {
  const workspace = createJsEngine().open({
    codec: 'leopard-ff8',
    dataShards: 5,
    parityShards: 3,
    slotBytes: 128,
  });
  for (let i = 0; i < 5; i++) {
    for (let at = 0; at < 128; at++) workspace.slot(i)[at] = (i + 1) * (at + 3);
  }
  workspace.encode(128);
  const parity = [5, 6, 7].flatMap((i) => [...workspace.slot(i)]);
  expect(parity.reduce((sum, byte, i) => sum + byte * (i + 1), 0)).toBe(KNOWN_ANSWER);
});

function shards(workspace: Workspace, { dataShards, parityShards }: Shape): Uint8Array[] {
  return Array.from({ length: dataShards + parityShards }, (_, i) => workspace.slot(i).slice());
}
