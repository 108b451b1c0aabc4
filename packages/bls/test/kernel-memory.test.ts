import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { MAX_KEPT_MEMORY } from '../src/kernel-memory.ts';
import { memoryOf, openKernel } from './kernel.ts';

test('buffers lie behind the data of the module, at multiples of 16, and do not overlap', async () => {
  const { kernel, instances } = await openKernel();
  const sizes = [1, 0, 255, 16, 32];
  kernel.call(sizes, ({ at, bytes }) => {
    const base = (instances[0]!.exports.__heap_base as WebAssembly.Global).value;
    for (const [i, address] of at.entries()) {
      expect(address % 16).toBe(0);
      expect(address).toBeGreaterThanOrEqual(i === 0 ? base : at[i - 1]! + sizes[i - 1]!);
      expect(address + sizes[i]!).toBeLessThanOrEqual(bytes.length);
    }
  });
});

test('memory grows for a call, stays below the bound, and is given up above it', async () => {
  const { kernel, instances } = await openKernel();
  const before = memoryOf(instances[0]).length;
  kernel.call([before], ({ at, bytes }) => {
    expect(bytes.length).toBeGreaterThanOrEqual(at[0]! + before);
    bytes[at[0]! + before - 1] = 1; // the view is the grown memory, not the detached one
    expect(memoryOf(instances[0])[at[0]! + before - 1]).toBe(1);
  });
  kernel.call([1], () => expect(instances).toHaveLength(1));
  kernel.call([MAX_KEPT_MEMORY], () => {});
  kernel.call([1], ({ bytes }) => {
    expect(instances).toHaveLength(2);
    expect(bytes.length).toBe(before);
  });
});

test('memory given up is left to the collector before the next call', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { kernel, instances } = await openKernel();
  kernel.call([MAX_KEPT_MEMORY], () => {});
  const buffer = new WeakRef(memoryOf(instances[0]).buffer);
  instances.length = 0;
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  expect(buffer.deref()).toBeUndefined();
  kernel.call([1], () => expect(instances).toHaveLength(1));
});

test('more memory than there is throws RangeError and harms nothing', async () => {
  const { kernel, instances } = await openKernel();
  expect(() => kernel.call([2 ** 33], () => {})).toThrow(RangeError);
  expect(kernel.call([1], () => 'alive')).toBe('alive');
  expect(instances).toHaveLength(1);
});

test('an instance whose call failed is wiped and not used again', async () => {
  const { kernel, instances } = await openKernel();
  const failing = () =>
    kernel.call([3], ({ at, bytes }) => {
      bytes.set([7, 8, 9], at[0]);
      throw new Error('trap');
    });
  expect(failing).toThrow('trap');
  expect(memoryOf(instances[0]).every((byte) => byte === 0)).toBe(true);
  kernel.call([1], () => expect(instances).toHaveLength(2));
});

test('after dispose there is no memory', async () => {
  const { kernel } = await openKernel();
  kernel.dispose();
  kernel.dispose();
  expect(() => kernel.call([1], () => {})).toThrow(/disposed/);
});
