import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import * as portable from '../src/index.ts';
import * as worker from '../src/workerd.ts';

// The entry for Workers, with the files that its runtime imports as modules compiled here.

function compiled(name: string): { default: WebAssembly.Module } {
  const path = new URL(`../src/kernel/${name}.wasm`, import.meta.url);
  return { default: new WebAssembly.Module(readFileSync(path)) };
}
vi.mock('../src/kernel/fma.wasm', () => compiled('fma'));
vi.mock('../src/kernel/scalar.wasm', () => compiled('scalar'));

test('it exports what the portable entry exports', () => {
  expect(Object.keys(worker).sort()).toEqual(Object.keys(portable).sort());
});

test('it runs the deployed kernels without compiling anything', async () => {
  const compile = vi.spyOn(WebAssembly, 'compile').mockImplementation(() => {
    throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
  });
  try {
    const kzg = await worker.createKzg();
    const scalar = await worker.createKzg({ backend: 'scalar' });
    expect([kzg.backend().name, scalar.backend().name]).toEqual(['fma', 'scalar']);
    const row = new Uint8Array(64).fill(7);
    expect(scalar.commitRow(row)).toEqual(kzg.commitRow(row));
    expect(await worker.compileKernel({ backend: 'scalar' })).toBeInstanceOf(WebAssembly.Module);
    expect(compile).not.toHaveBeenCalled();
  } finally {
    compile.mockRestore();
  }
});

test('the build for 128-bit products is not deployed', async () => {
  expect(await worker.compileKernel({ backend: 'wide' })).toBeUndefined();
  await expect(worker.createKzg({ backend: 'wide' })).rejects.toMatchObject({
    code: 'backend_unavailable',
  });
});

test('where no kernel may be compiled the TypeScript runs, and says why', async () => {
  const forbidden = new WebAssembly.CompileError('disallowed by embedder');
  const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(forbidden);
  try {
    const kzg = await portable.createKzg({ tier: 'commit' });
    expect(kzg.backend()).toEqual({
      name: 'js',
      reason: expect.stringContaining('disallowed by embedder'),
    });
    expect(kzg.commitRow(new Uint8Array(32))[0]).toBe(0xc0);
  } finally {
    compile.mockRestore();
  }
  expect((await portable.createKzg()).backend().name).toBe('fma'); // nothing was remembered
});
