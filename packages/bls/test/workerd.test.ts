/** The entry for Workers, with the files that its runtime imports as modules compiled here. */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import * as portable from '../src/index.ts';
import * as worker from '../src/workerd.ts';

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
  const forbidden = () => {
    throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
  };
  const compile = vi.spyOn(WebAssembly, 'compile').mockImplementation(forbidden);
  try {
    const bls = await worker.createBls();
    expect(bls.backend().name).toMatch(/^(fma|scalar)$/);
    const scalar = await worker.createBls({ backend: 'scalar' });
    const secretKey = bls.keyGen(new Uint8Array(32));
    const message = Uint8Array.of(1, 2, 3);
    const signature = bls.sign(secretKey, message);
    expect(scalar.verify(bls.publicKey(secretKey), message, signature)).toBe(true);
    const module = await worker.compileKernel({ backend: 'scalar' });
    expect(worker.createBlsSync({ module: module! }).publicKey(secretKey)).toEqual(
      worker.createBlsSync().publicKey(secretKey),
    );
    expect(compile).not.toHaveBeenCalled();
  } finally {
    compile.mockRestore();
  }
});

test('the build for 128-bit products is not deployed', async () => {
  expect(await worker.compileKernel({ backend: 'wide' })).toBeUndefined();
  await expect(worker.createBls({ backend: 'wide' })).rejects.toMatchObject({
    code: 'backend_unavailable',
  });
});
