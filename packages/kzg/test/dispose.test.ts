import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compileKernel, createKzg, type Kzg } from '@barycenter/kzg';
import { createBigKzg } from '@barycenter/kzg/big';
import { expect, test } from 'vitest';
import { concatBytes } from '../src/bytes.ts';
import { importCeremony, openCeremony } from '../src/ceremony.ts';
import type { KernelExports } from '../src/wasm/kernel-exports.ts';
import { assertOk, KernelMemory } from '../src/wasm/kernel-memory.ts';
import { onEveryBackend } from './every-backend.ts';
import { hash } from './published-setup.ts';

onEveryBackend((_, backend) => {
  test('every method of a disposed object throws, and disposing again does not', async () => {
    const kzg = await createKzg({ backend });
    const row = new Uint8Array(32);
    const checked = kzg.checkCommitments([kzg.commitRow(row)]);
    kzg.dispose();
    kzg.dispose();
    const names = Object.keys(kzg).filter((name) => name !== 'dispose') as (keyof Kzg)[];
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) {
      expect(() => (kzg[name] as () => unknown)()).toThrow(
        expect.objectContaining({ name: 'KzgError', code: 'disposed' }),
      );
    }
    // what others hold stays theirs
    const other = await createKzg({ backend });
    expect(other.combineCommitments(checked, [5n])).toEqual(other.commitRow(row));
    other.dispose();
  });

  test('objects have their own memory: disposing one leaves the other', async () => {
    const [a, b] = [await createKzg({ backend }), await createKzg({ backend })];
    const row = new Uint8Array(64).fill(9);
    const commitment = a.commitRow(row);
    a.dispose();
    expect(b.commitRow(row)).toEqual(commitment);
    b.dispose();
  });
});

test('disposing gives the memory of the instance to the collector', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { Instance } = WebAssembly;
  const made: WeakRef<WebAssembly.Instance>[] = [];
  const construct = (target: typeof Instance, parameters: [WebAssembly.Module]): object => {
    const instance = new target(...parameters);
    made.push(new WeakRef(instance));
    return instance;
  };
  WebAssembly.Instance = new Proxy(Instance, { construct });
  const { firstPowers, g2 } = openCeremony(await importCeremony('verify'), { hash });
  const bytes = concatBytes([firstPowers.subarray(0, 96), g2.subarray(0, 2 * 192)]);
  const powers = { size: 1, sha256: hash([bytes]), bytes };
  const objects: { dispose(): void }[] = [];
  try {
    objects.push(await createKzg(), await createBigKzg({ powers }));
  } finally {
    WebAssembly.Instance = Instance;
  }
  expect(made).toHaveLength(2);
  for (const object of objects) object.dispose();
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  expect(made.map((instance) => instance.deref())).toEqual([undefined, undefined]);
});

const module = await compileKernel();
const memoryOf = (): KernelMemory =>
  new KernelMemory(new WebAssembly.Instance(module!).exports as unknown as KernelExports);

test('bytes and points survive a call that grows the memory', () => {
  const memory = memoryOf();
  const { exports } = memory;
  memory.scoped(() => {
    const before = memory.write(Uint8Array.from({ length: 256 }, (_, i) => i));
    const old = memory.bytes;
    const count = 20_000; // scratch of several megabytes
    const points = memory.allocatePoints(count);
    memory.bytes.fill(0, points, points + count * memory.pointBytes); // all infinity
    const scalars = memory.writeScalars(Array.from({ length: count }, (_, i) => BigInt(i)));
    const out = memory.allocatePoints(1);
    const size = exports.memory.buffer.byteLength;
    assertOk(exports.g1_multiply(points, count, scalars, out));
    expect(exports.memory.buffer.byteLength).toBeGreaterThan(size);
    expect(old).toHaveLength(0); // detached
    expect(memory.compress(out)).toEqual(new Uint8Array(48).fill(0xc0, 0, 1));
    expect(memory.read(before, 256)).toEqual(Uint8Array.from({ length: 256 }, (_, i) => i));
  });
});

test('more parts are written than a call takes arguments', () => {
  const memory = memoryOf();
  const parts = Array.from({ length: 300_000 }, (_, i) => Uint8Array.of(i));
  const pointer = memory.writeAll(parts);
  expect(memory.read(pointer + 299_998, 2)).toEqual(Uint8Array.of(299_998, 299_999));
});

test('memory is used again after each call, so that it stops growing', async () => {
  const memory = memoryOf();
  const sizes = [0, 1, 2, 3].map(() => {
    memory.scoped(() => memory.allocate(3 << 20));
    return memory.exports.memory.buffer.byteLength;
  });
  expect(new Set(sizes).size).toBe(1);
});

test('addresses beyond 2 GiB, which the engine gives as negative numbers, are used as they are', () => {
  const exports = {
    memory: { buffer: new ArrayBuffer(0) },
    point_bytes: () => 96,
    alloc: () => 0xffff_0000 | 0,
    alloc_points: () => 0x8000_0000 | 0,
  } as unknown as KernelExports;
  const memory = new KernelMemory(exports);
  expect(memory.allocate(1)).toBe(0xffff_0000);
  expect(memory.allocatePoints(1)).toBe(0x8000_0000);
});

test('more than there can be is refused, and the instance works on', () => {
  const memory = memoryOf();
  expect(() => memory.allocate(0xffff_ff00)).toThrow(RangeError);
  expect(() => memory.allocate(2 ** 32 + 64)).toThrow(RangeError);
  expect(() => memory.allocatePoints(0x0fff_ffff)).toThrow(RangeError);
  expect(memory.scoped(() => memory.read(memory.write(Uint8Array.of(7)), 1))).toEqual(
    Uint8Array.of(7),
  );
  expect(() => assertOk(2)).toThrow(RangeError);
  expect(() => assertOk(4)).toThrow(/kernel/);
});
